/**
 * Values as bytes. Bytes that came are a stranger's: `decode` either makes a value of them or throws, and what it throws
 * becomes a counted rejection.
 */

export interface Codec<T> {
  /** Throws for a value that has no form in bytes. */
  encode(value: T): Uint8Array
  /** Throws for bytes that are no such value; never hangs, and takes no more memory than is in proportion. */
  decode(bytes: Uint8Array): T
}

/** How the question and the answer of one type travel. */
export interface Codecs<Question, Answer> {
  readonly question: Codec<Question>
  readonly answer: Codec<Answer>
}

const plain: Codec<Uint8Array> = { encode: bytes => bytes, decode: bytes => bytes }

/** Bytes as they are; the default. */
export const bytes: Codecs<Uint8Array, Uint8Array> = { question: plain, answer: plain }

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/**
 * JSON (RFC 8259) in UTF-8. The types are the writer's promise: what comes is JSON and nothing more is checked, unless
 * `checks` make sure of it: they are given what came, and throw or return the value.
 */
export function json<Question = unknown, Answer = unknown>(
  checks: { question?: (value: unknown) => Question; answer?: (value: unknown) => Answer } = {}
): Codecs<Question, Answer> {
  return { question: jsonOf(checks.question), answer: jsonOf(checks.answer) }
}

function jsonOf<T>(check: (value: unknown) => T = value => value as T): Codec<T> {
  return {
    encode(value) {
      const text: string | undefined = JSON.stringify(value)
      if (text === undefined) throw new TypeError('the value has no form in JSON')
      return encoder.encode(text)
    },
    decode: bytes => check(JSON.parse(decoder.decode(bytes)))
  }
}
