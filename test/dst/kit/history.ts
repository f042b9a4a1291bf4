/**
 * What has happened in a run, line by line, and the hash of all of it: two runs of a seed are the same when their hashes are.
 */
import { createHash } from 'node:crypto'

/** Lines that a failure is told with. */
const TAIL = 60

export class History {
  readonly #now: () => number
  readonly #start: number
  readonly #onLine: ((line: string) => void) | undefined
  readonly #hash = createHash('sha256')
  /** Bounded by TAIL. */
  readonly #tail: string[] = []
  count = 0

  constructor(now: () => number, onLine?: (line: string) => void) {
    this.#now = now
    this.#start = now()
    this.#onLine = onLine
  }

  note(...words: readonly unknown[]): void {
    const line = `${String(this.#now() - this.#start).padStart(8)} ${words.map(String).join(' ')}`
    this.count++
    this.#hash.update(line).update('\n')
    this.#onLine?.(line)
    this.#tail.push(line)
    if (this.#tail.length > TAIL) this.#tail.shift()
  }

  get tail(): readonly string[] {
    return this.#tail
  }

  /** Of all lines so far. */
  get hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 32)
  }
}

/** Bytes in one short word. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex').slice(0, 8)
}

/** Something that must not be has been seen. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

/** Throws a `Fault` where the claim does not hold. */
export function must(holds: boolean, ...words: readonly unknown[]): asserts holds {
  if (!holds) throw new Fault(words.map(String).join(' '))
}
