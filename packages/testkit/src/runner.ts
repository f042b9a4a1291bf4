/**
 * The test runner as an argument: a suite is told how to describe, run and expect, so that this package depends on no
 * runner. vitest's and jest's `{ describe, it, expect }` fit as they are; for others an object of this shape is enough.
 */

/** What the suites ask of a value. */
export interface Expectation {
  /** The same value (`Object.is`). */
  toBe(expected: unknown): void
  /** Equal in structure; bytes are compared byte by byte. */
  toEqual(expected: unknown): void
  /** Every property of `expected` is there and equal; others may be there too. */
  toMatchObject(expected: object): void
  toBeGreaterThanOrEqual(expected: number): void
  toBeLessThanOrEqual(expected: number): void
  /** For promises: passes when it rejects with an error that matches. */
  readonly rejects: { toMatchObject(expected: object): Promise<void> }
}

export interface Runner {
  describe(name: string, body: () => void): unknown
  /** `timeoutMs` is how long the test may take; the runner's own default where it is left out. */
  it(name: string, body: () => void | Promise<void>, timeoutMs?: number): unknown
  /** The message is shown when the expectation fails. */
  expect(actual: unknown, message?: string): Expectation
}
