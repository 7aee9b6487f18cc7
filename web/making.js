/** In the worker: what all that makes something with a key has in common. */

/**
 * @typedef {import('./parts/files.js').File} File
 * @typedef {{ signal: AbortSignal, onProgress: (progress: object) => void }} Work
 */

/**
 * Makes something with a key. An RSA key takes seconds, and only then would a wrong name be found:
 * with a key that takes a millisecond it is found at once.
 *
 * @template T
 * @param {string} key a specification
 * @param {(key: string, step: (number: number) => object) => Promise<T>} make with `step(n)` as the
 *   options of the n-th key; what it makes of the first try is given to `discard`
 * @param {Work} work
 * @param {(made: T) => void} discard lets go of the keys of the try
 */
export async function withKey(key, make, { signal, onProgress }, discard) {
  if (key.startsWith('rsa')) discard(await make('p-384', () => ({ signal })))
  return make(key, (number) => ({
    signal,
    onProgress: (progress) => onProgress({ ...progress, number }),
  }))
}

/** Makes an error about subject[2] one about subject.O: the forms have their fields by these names. */
export async function namingSubject(subject = [], work) {
  try {
    return await work()
  } catch (error) {
    const index = /^subject\[(\d+)\]$/.exec(error.field ?? '')?.[1]
    if (index) error.field = `subject.${subject[Number(index)][0]}`
    throw error
  }
}

/** @returns {File} */
export const certificateFile = (cert, name) => ({ name, text: cert.pem })

/** Writes the key out and lets go of it. @returns {File} */
export function keyFile(key, name, format) {
  const text = key.toPEM({ format })
  key.destroy()
  return { name, text, secret: true }
}
