/** What a fuzz target is: where inputs come from, and the oracle that judges each. Every input is bytes, so that all can be cut, kept and played again alike. */
import type { SeededRng } from '@pex/testkit'

/** One thing that is fuzzed, ready to take inputs. */
export interface Fuzzed {
  /** Inputs that are well formed; the mutations begin with them. At least one. */
  readonly seeds: readonly Uint8Array[]
  /** Makes another such input from chance. @default one of the seeds */
  readonly make?: ((rng: SeededRng) => Uint8Array) | undefined
  /** What mutations of a text put in: words that mean something to the reader. @default none, and the input is bytes */
  readonly words?: readonly string[] | undefined
  /** Bytes of an input, most. @default 4 096 */
  readonly maxBytes?: number | undefined
  /**
   * Judges one input: gives what became of it, a word from a short list, and throws where anything is not as it should be. Must
   * depend on the input alone.
   */
  check(input: Uint8Array): string | Promise<string>
}

/** A target: what a file in `targets` exports. */
export type Target = () => Fuzzed | Promise<Fuzzed>
