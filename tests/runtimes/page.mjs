import { program } from './program.mjs'

globalThis.answer = await program()
