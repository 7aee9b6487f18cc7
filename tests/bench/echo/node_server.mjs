// Node's tls as an echo server: node node_server.mjs cert.pem key.pem
import fs from 'node:fs'
import tls from 'node:tls'

const [cert, key] = process.argv.slice(2).map((file) => fs.readFileSync(file))
const server = tls.createServer({ cert, key, allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
server.on('tlsClientError', () => {})
server.listen(0, '127.0.0.1', 4096, () => console.log(server.address().port))
