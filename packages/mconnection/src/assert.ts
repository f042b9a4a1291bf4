/** Stops the unit of work when *we* are wrong; never used on anything that a remote or a user chose. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${claim}`)
}
