/** RSA keys of ours judged by OpenSSL: primes, FIPS 186-5 A.1.1, and the key as a whole. */

import { checkPrimeSync, createPrivateKey } from 'node:crypto'

import path from 'node:path'

import * as certmint from '../../js/sync.js'
import { root, run } from '../support/tools.js'

const number = (base64url) => BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`)
const bitLength = (n) => n.toString(2).length
const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b))

/** What is wrong with the numbers of a key; [] when nothing is. */
function faults(key, bits) {
  const jwk = createPrivateKey(key.pem).export({ format: 'jwk' })
  const [n, e, d, p, q, dp, dq, qi] = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name) =>
    number(jwk[name]),
  )
  const phi = (p - 1n) * (q - 1n)
  const lcm = phi / gcd(p - 1n, q - 1n)
  const distance = p > q ? p - q : q - p
  const rules = {
    'p is prime to OpenSSL': checkPrimeSync(p),
    'q is prime to OpenSSL': checkPrimeSync(q),
    'n = p q': n === p * q,
    'n has its bits': bitLength(n) === bits,
    'e = 65537, prime to (p-1)(q-1)': e === 65537n && gcd(e, phi) === 1n,
    'sqrt(2) 2^(bits/2-1) <= p, q': [p, q].every(
      (x) => bitLength(x) === bits / 2 && x * x >= 1n << BigInt(bits - 1),
    ),
    '|p - q| > 2^(bits/2 - 100)': distance > 1n << BigInt(bits / 2 - 100),
    '2^(bits/2) < d < lcm(p-1, q-1)': d > 1n << BigInt(bits / 2) && d < lcm,
    'e d = 1 mod lcm': (e * d) % lcm === 1n,
    'the CRT numbers belong to it':
      dp === d % (p - 1n) && dq === d % (q - 1n) && (qi * q) % p === 1n,
  }
  return Object.keys(rules).filter((rule) => !rules[rule])
}

test.each([
  [1024, 300],
  [2048, 40],
  [3072, 4],
])('RSA-%d: %d keys keep every rule of FIPS 186-5 A.1.1', (bits, count) => {
  const primes = new Set()
  for (let i = 0; i < count; i++) {
    const key = certmint.generateKey(`rsa-${bits}`, { allowWeak: true })
    expect(faults(key, bits)).toEqual([])
    primes.add(createPrivateKey(key.pem).export({ format: 'jwk' }).p)
    key.destroy()
  }
  expect(primes.size).toBe(count)
})

// 5 ms each: OpenSSL makes 64 rounds
test.each([
  [512, 500, 4],
  [1024, 100, 1],
])(
  'openssl prime: primes of %d bits, %d of them, %d times',
  (bits, count, times) => {
    const program = path.join(root, 'build', 'native', 'tests', 'test_prime')
    const all = new Set()
    for (let i = 0; i < times; i++) {
      const primes = run(program, ['--print', String(count), String(bits)])
        .out.trim()
        .split('\n')
      const verdicts = run('openssl', ['prime', '-hex', ...primes])
        .out.trim()
        .split('\n')
      expect(verdicts.filter((line) => !line.endsWith(' is prime'))).toEqual([])
      expect(verdicts).toHaveLength(count)
      primes.forEach((prime) => all.add(prime))
    }
    expect(all.size).toBe(count * times)
  },
  240_000,
)

test.each(['rsa-2048', 'rsa-4096'])('%s: openssl rsa -check', (spec) => {
  const { out } = run('openssl', ['rsa', '-check', '-noout'], {
    input: certmint.generateKey(spec).pem,
  })
  expect(out).toMatch(/RSA key ok/)
})
