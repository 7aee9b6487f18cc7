/** The texts of the page, in the language the person reads: `?lang=` in the address, else the browser's. */

const LANGUAGES = ['en', 'de']

function chosen() {
  const asked = new URLSearchParams(location.search).get('lang')
  const wanted = [asked, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase())
  return wanted.find((tag) => LANGUAGES.includes(tag)) ?? 'en'
}

export const language = chosen()

/** @type {{ texts: typeof import('./texts/en.js').texts }} */
export const { texts } = await import(`./texts/${language}.js`)
