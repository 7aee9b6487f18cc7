/**
 * A rosette as on bank notes, drawn from a fingerprint: the same certificate always has the same one,
 * so that two can be told apart at a glance. It proves nothing; the fingerprint does.
 */

import { nextFrame, path, svg } from './dom.js'

const POINTS = 480
const RINGS = 5

/** Numbers of a text: the bytes of a fingerprint, else character codes. */
const numbersOf = (text) =>
  /^([0-9A-F]{2}:)+/i.test(text)
    ? text.split(':').map((pair) => parseInt(pair, 16))
    : Array.from({ length: 32 }, (_, i) => text.charCodeAt(i % text.length) * (i + 7))

/** One closed curve: a circle with two waves on it. In whole numbers, which become text much faster. */
function ring(radius, [petals, finer, depth, phase]) {
  let points = 'M'
  for (let i = 0; i < POINTS; i++) {
    const angle = (i / POINTS) * 2 * Math.PI
    const wave = Math.sin(angle * petals + phase) * depth + Math.sin(angle * finer) * (depth * 0.3)
    const r = radius * (1 + wave)
    points += `${Math.round(r * Math.cos(angle))} ${Math.round(r * Math.sin(angle))} `
  }
  // after the first point M means lines
  return `${points}Z`
}

/** What a rosette is drawn into; index.html has one of its own. */
export const emptySeal = () => svg({ class: 'rosette', viewBox: '-1000 -1000 2000 2000' })

/**
 * Ring by ring, so that the page goes on answering.
 *
 * @param {SVGElement} element as emptySeal makes it
 * @param {string} text
 */
export async function drawSeal(element, text) {
  const numbers = numbersOf(text)
  const pick = (i, from, count) => from + (numbers[i % numbers.length] % count)
  const symmetry = pick(0, 7, 9)
  element.replaceChildren()
  for (let i = 0; i < RINGS; i++) {
    await nextFrame()
    const depth = pick(3 * i + 1, 10, 14) / 100
    const finer = symmetry * pick(3 * i + 2, 2, 3)
    const turn = pick(3 * i + 3, 0, 256) / 40
    const radius = 200 + i * 125
    const strands = [0, 1, 2].map((phase) =>
      path(ring(radius, [symmetry * (i > 1 ? 2 : 1), finer, depth, turn + phase * 2.09])),
    )
    element.append(...strands)
  }
}
