/** The texts of the page, in the language the person reads: `?lang=` in the address, else the browser's. */

import { texts as english } from './texts/en.js'

/** English comes with the page and stands in its HTML; another language is loaded by who reads it. */
const OTHERS = { de: () => import('./texts/de.js') }

function chosen() {
  const asked = new URLSearchParams(location.search).get('lang')
  const wanted = [asked, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase())
  return wanted.find((tag) => tag === 'en' || Object.hasOwn(OTHERS, tag ?? '')) ?? 'en'
}

export const language = chosen()

/** @type {typeof english} */
export const texts = language === 'en' ? english : (await OTHERS[language]()).texts
