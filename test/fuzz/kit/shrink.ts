/** Makes a failing input shorter and plainer, as long as it goes on failing. */

/** Tries, most: a shrink must end even where each check is slow. */
const MOST_TRIES = 4_000

/** The shortest input found that still fails. */
export async function shrink(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>
): Promise<Uint8Array> {
  let best = input
  let tries = 0
  const attempt = async (candidate: Uint8Array): Promise<boolean> => {
    if (candidate.length > best.length || tries++ >= MOST_TRIES || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  // Delta debugging (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002), by complements.
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && tries < MOST_TRIES;) {
      const rest = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)])
      if (!(await attempt(rest))) at += size
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue
    const plain = best.slice()
    plain[at] = 0
    await attempt(plain)
  }
  return best
}
