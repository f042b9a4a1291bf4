/**
 * Who answers a gradual survey (casm, package survey): the last four bytes of both ids, read from the end, are compared
 * bit by bit; whoever differs in a bit above the distance stays silent. So each step of 1 doubles those who answer, from 32
 * on everybody does.
 */
const WORD_BYTES = 4

/** Whether two peer ids, as bytes, are within so many bits of each other. */
export function isNear(a: Uint8Array, b: Uint8Array, distance: number): boolean {
  if (distance >= 8 * WORD_BYTES) return true
  return (tail(a) ^ tail(b)) >>> distance === 0
}

/** The last bytes as a number, the very last one in front. */
function tail(id: Uint8Array): number {
  let value = 0
  for (let i = 1; i <= WORD_BYTES; i++) value = (value << 8) | (id.at(-i) ?? 0)
  return value
}
