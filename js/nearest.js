/** The candidate closest to a mistyped word, undefined when none is within `most` mistakes. */
export function nearest(word, candidates, most = Math.max(2, Math.floor(word.length / 3))) {
  const scored = candidates.map((candidate) => [distance(word, candidate), candidate])
  scored.sort(([a], [b]) => a - b)
  const [best, candidate] = scored[0] ?? [Infinity]
  return best <= most ? candidate : undefined
}

/** Levenshtein distance. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]
}
