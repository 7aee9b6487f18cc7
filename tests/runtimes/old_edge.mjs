import { init, selfSigned } from 'certmint'
import wasm from './certmint.wasm'

export default {
  async fetch() {
    const without = await selfSigned('localhost').catch(String)
    await init(wasm)
    const { cert } = await selfSigned('localhost')
    return Response.json({ without, cert: cert.pem })
  },
}
