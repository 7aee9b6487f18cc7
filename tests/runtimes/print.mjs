import { program } from './program.mjs'

program().then((answer) => console.log(JSON.stringify(answer)))
