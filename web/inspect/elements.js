/** The elements of a thing by number, as exploreElements (inspect.js) has put them into a table. */

const COLUMNS = 5

export class Elements {
  #table
  #lines

  constructor({ table, lines }) {
    this.#table = table
    this.#lines = lines.split('\n')
    this.count = table.length / COLUMNS
  }

  #at(i, column) {
    return this.#table[i * COLUMNS + column]
  }

  offset(i) {
    return this.#at(i, 0)
  }

  /** Where its content begins. */
  content(i) {
    return this.#at(i, 0) + this.#at(i, 1)
  }

  /** The byte after it. */
  end(i) {
    return this.#at(i, 2)
  }

  /** @returns {number} -1 for the outermost */
  parent(i) {
    return this.#at(i, 3)
  }

  hasChildren(i) {
    return this.#at(i, 4) > i + 1
  }

  type(i) {
    return this.#lines[i].split('\t')[0]
  }

  value(i) {
    return this.#lines[i].split('\t')[1]
  }

  /** @param {number} i -1: the outermost ones @returns {number[]} */
  children(i) {
    const all = []
    const end = i < 0 ? this.count : this.#at(i, 4)
    for (let child = i + 1; child < end; child = this.#at(child, 4)) all.push(child)
    return all
  }

  /** From the outermost in. */
  pathTo(i) {
    const path = []
    for (let one = i; one >= 0; one = this.parent(one)) path.unshift(one)
    return path
  }

  /** The innermost element that a byte is part of; -1: none. They stand in the order of their places. */
  around(byte) {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.offset(middle) <= byte) low = middle + 1
      else high = middle
    }
    let found = low - 1
    while (found >= 0 && this.end(found) <= byte) found = this.parent(found)
    return found
  }
}
