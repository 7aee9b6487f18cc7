/** The .zip that the page makes, read by others. */

import { python, run, scratch } from '../support/tools.js'
import { zip } from '../../web/zip.js'

const random = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) >> 3)

test('Python reads every file, its name and its time', () => {
  const folder = scratch()
  const files = [
    ['certificate.pem', new TextEncoder().encode('-----BEGIN CERTIFICATE-----\n')],
    ['Schlüssel 鍵.p12', random],
    ['empty', new Uint8Array()],
  ]
  const file = folder.write('all.zip', zip(files, new Date(2027, 1, 28, 23, 59, 58)))
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, list(i.date_time), z.read(i).hex()] for i in z.infolist()]))`
  const read = JSON.parse(run(python, ['-c', program, file]).out)
  const time = [2027, 2, 28, 23, 59, 58]
  expect(read).toEqual(
    files.map(([name, content]) => [name, time, Buffer.from(content).toString('hex')]),
  )
})

test('a changed byte is noticed', () => {
  const bytes = zip([['a', random]])
  bytes[5000] ^= 1
  const file = scratch().write('broken.zip', bytes)
  const result = run(python, ['-m', 'zipfile', '-t', file], { fails: true })
  expect(result.out + result.err).toMatch(/first bad file: 'a'|corrupted/i)
})
