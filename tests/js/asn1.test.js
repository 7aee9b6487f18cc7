/** asn1Tree: what bytes consist of, held against openssl asn1parse. */

import { execFileSync } from 'node:child_process'

import { asn1Tree, generateKey, selfSigned } from '../../js/index.js'
import * as sync from '../../js/sync.js'

/** "offset:depth:header:length:form" of every element, without what stands inside of strings. */
function linesOf(elements, depth = 0) {
  return elements.flatMap((one) => [
    [one.offset, depth, one.header, one.length, one.constructed ? 'cons' : 'prim'].join(':'),
    ...linesOf(one.inside ? [] : (one.children ?? []), depth + 1),
  ])
}

function opensslLines(der) {
  const out = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der })
  const line = /^ *(\d+):d=(\d+) +hl=(\d+) +l= *(\d+) +(cons|prim)/
  return String(out)
    .trimEnd()
    .split('\n')
    .map((text) => line.exec(text).slice(1).join(':'))
}

test('every element stands where openssl sees it', async () => {
  const { cert, key } = await selfSigned(['shop.test', '10.1.2.3'], { subject: 'C=DE,CN=Ä' })
  const rsa = await generateKey('rsa-2048')
  const encrypted = key.toDER({ passphrase: 'secret', iterations: 10 })
  for (const der of [cert.der, key.toDER(), rsa.toDER({ format: 'traditional' }), encrypted]) {
    const tree = await asn1Tree(der)
    expect(tree.error).toBeUndefined()
    expect(Buffer.from(tree.der)).toEqual(Buffer.from(der))
    expect(linesOf(tree.elements)).toEqual(opensslLines(der))
  }
})

test('PEM, base64 and objects are taken; both forms answer the same', async () => {
  const { cert } = await selfSigned(['shop.test'])
  const tree = await asn1Tree(cert)
  expect(await asn1Tree(cert.pem)).toEqual(tree)
  expect(sync.asn1Tree(Buffer.from(cert.der).toString('base64'))).toEqual(tree)
  const usage = tree.elements[0].children[0].children.at(-1).children[0].children[1]
  expect(usage.children).toMatchObject([
    { type: 'OID', oid: '2.5.29.15', name: 'keyUsage' },
    { type: 'BOOLEAN', value: 'TRUE' },
    { type: 'OCTET STRING', inside: true, children: [{ type: 'BIT STRING', unused: 7 }] },
  ])
})

test('what is no ASN.1 is told with its place; only what is not data is refused', async () => {
  expect(await asn1Tree('')).toEqual({ elements: [], der: new Uint8Array() })
  const half = await asn1Tree(new Uint8Array([0x30, 4, 5, 0, 2, 9]))
  expect(half.error).toMatchObject({ offset: 4 })
  expect(half.elements[0].children).toMatchObject([{ type: 'NULL' }])
  await expect(asn1Tree(7)).rejects.toMatchObject({ code: 'invalid', field: 'data' })
})
