/** Authorities kept in this browser, only when asked to: encrypted texts by name, in IndexedDB. */

const DATABASE = 'certmint'
const STORE = 'authorities'

/** @returns {Promise<any>} */
const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

async function withStore(mode, work) {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await settled(opening)
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

/** Whether anything can be kept is known only by trying; looking makes no database. */
async function exists() {
  const databases = await indexedDB.databases?.()
  return databases?.some(({ name }) => name === DATABASE) ?? true
}

/** @returns {Promise<string[]>} the names; none where the browser keeps nothing */
export const keptNames = async () => {
  try {
    return (await exists()) ? await withStore('readonly', (store) => store.getAllKeys()) : []
  } catch {
    return []
  }
}

/** @returns {Promise<string>} */
export const kept = (name) => withStore('readonly', (store) => store.get(name))

export const keep = (name, text) => withStore('readwrite', (store) => store.put(text, name))

/** Takes it away, and the database with the last one. */
export async function forgetKept(name) {
  await withStore('readwrite', (store) => store.delete(name))
  if ((await keptNames()).length === 0) await settled(indexedDB.deleteDatabase(DATABASE))
}
