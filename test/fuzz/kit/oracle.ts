/** What oracles have in common. */
import { isDeepStrictEqual } from 'node:util'

/** Fails the input unless the claim holds. */
export function must(isSo: boolean, claim: string): asserts isSo {
  if (!isSo) throw new Error(claim)
}

/** Fails the input unless two values are the same through and through. */
export function mustEqual(actual: unknown, expected: unknown, claim: string): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${claim}: ${shown(actual)} is not ${shown(expected)}`)
}

/** What a call gives; for one that throws, the error where it is one that is documented. */
export function attempt<T>(call: () => T, isDocumented: (error: unknown) => boolean): T | Refused {
  try {
    return call()
  } catch (error) {
    if (isDocumented(error)) return new Refused(error as Error)
    throw error
  }
}

/** A documented error. */
export class Refused {
  readonly error: Error

  constructor(error: Error) {
    this.error = error
  }
}

/** Whether an error is one of the project's own with that code. */
export function hasCode(...codes: readonly string[]): (error: unknown) => boolean {
  return error => error instanceof Error && codes.includes((error as { code?: string }).code ?? '')
}

/** Decodes twice, the second time from a copy: nothing may be different, and the input must be left as it was. */
export function twice<T>(input: Uint8Array, decode: (input: Uint8Array) => T): T {
  const copy = input.slice()
  const first = decode(input)
  mustEqual(input, copy, 'the input was changed')
  mustEqual(decode(copy), first, 'decoded twice, it is not the same')
  return first
}

export const utf8: TextEncoder = new TextEncoder()
const decoder = new TextDecoder()

/** Bytes as text, whatever they are. */
export function textOf(input: Uint8Array): string {
  return decoder.decode(input)
}

function shown(value: unknown): string {
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)).slice(
      0,
      400
    )
  } catch {
    return String(value)
  }
}
