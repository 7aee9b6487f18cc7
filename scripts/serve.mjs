// A static file server for this machine only: no dependency, nothing cached, nothing but GET.
// It compresses as a web server on the net would, so that what is measured here holds there.

import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { Stop } from './lib.mjs'

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
}

const compressible = /^text\/|json$|wasm$|svg/

/** What a client may accept, the smaller first. At this quality it takes milliseconds. */
const encodings = {
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => gzipSync(bytes),
}

/** The body in an encoding that the client accepts, where that makes it smaller. */
function encoded(bytes, type, accepted = '') {
  const names = accepted.split(',').map((one) => one.trim())
  const name = compressible.test(type) && Object.keys(encodings).find((one) => names.includes(one))
  const body = name ? encodings[name](bytes) : bytes
  return body.length < bytes.length
    ? { body, head: { 'Content-Encoding': name, Vary: 'Accept-Encoding' } }
    : { body: bytes, head: {} }
}

/** The file a URL means, inside the folder; undefined when there is none. */
function fileOf(folder, url) {
  let file
  try {
    file = path.join(folder, decodeURIComponent(new URL(url, 'http://localhost').pathname))
  } catch {
    return undefined
  }
  if (file.includes('\0') || !`${file}/`.startsWith(`${path.resolve(folder)}/`)) return undefined
  const found = fs.statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory()) return fileOf(file, 'index.html')
  return found?.isFile() ? file : undefined
}

function answer(folder, request, response) {
  const head = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...head, Allow: 'GET, HEAD' }).end()
    return
  }
  const file = fileOf(folder, request.url)
  if (!file) {
    response
      .writeHead(404, { ...head, 'Content-Type': 'text/plain' })
      .end('There is no such file.\n')
    return
  }
  const type = types[path.extname(file)] ?? 'application/octet-stream'
  const { body, head: encoding } = encoded(
    fs.readFileSync(file),
    type,
    request.headers['accept-encoding'],
  )
  response.writeHead(200, {
    ...head,
    ...encoding,
    'Content-Type': type,
    'Content-Length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function listen(folder, port, host) {
  const server = http.createServer((request, response) => answer(folder, request, response))
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, ipv6Only: true }, () => resolve(server))
  })
}

/**
 * Serves a folder on 127.0.0.1 and, where there is IPv6, ::1.
 * @param {string} folder
 * @param {number} port 0 for any free one
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function serve(folder, port) {
  const servers = []
  try {
    servers.push(await listen(folder, port, '127.0.0.1'))
    const taken = servers[0].address().port
    await listen(folder, taken, '::1').then(
      (server) => servers.push(server),
      (error) => {
        if (error.code === 'EADDRINUSE') throw error
      },
    )
    return { port: taken, close: () => servers.forEach((server) => server.close()) }
  } catch (error) {
    servers.forEach((server) => server.close())
    if (error.code === 'EADDRINUSE') {
      throw new Stop(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`)
    }
    if (error.code === 'EACCES') {
      throw new Stop(`Port ${port} may not be opened by you. Choose one above 1023: PORT=8080`)
    }
    throw error
  }
}
