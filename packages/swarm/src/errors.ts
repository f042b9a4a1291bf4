/**
 * Why a dial has failed: a cause for every address that was known, those that were never tried included. Only the first
 * 16 are kept, so that a peer with a thousand addresses cannot make errors of a megabyte; the others are counted.
 */
import { PexError } from '@pex/core'
import type { PexErrorCode } from '@pex/core'

/** Causes that one error keeps; from go-libp2p-swarm. */
export const MAX_CAUSES = 16

/** One address that led nowhere. `code` says why where that was known before, `cause` is the carrier's own error. */
export class AddressError extends PexError {
  readonly address: string

  constructor(address: string, code: PexErrorCode, message: string, options?: ErrorOptions) {
    super(code, `${address}: ${message}`, options)
    this.name = 'AddressError'
    this.address = address
  }
}

/** A peer could not be reached; `errors` has what went wrong with each address, as an `AggregateError` would. */
export class DialError extends PexError {
  /** The peer, where the caller named one. */
  readonly peer: string | undefined
  readonly errors: readonly AddressError[]
  /** How many more there were. */
  readonly skipped: number

  constructor(
    code: PexErrorCode,
    peer: string | undefined,
    message: string,
    { errors = [], skipped = 0, cause }: DialErrorDetail = {}
  ) {
    const lines = errors.map(error => `\n  ${error.message}`).join('')
    const more = skipped > 0 ? `\n  and ${skipped} more` : ''
    super(code, `${message}${lines}${more}`, { cause: cause ?? errors[0] })
    this.name = 'DialError'
    this.peer = peer
    this.errors = errors
    this.skipped = skipped
  }
}

export interface DialErrorDetail {
  readonly errors?: readonly AddressError[]
  readonly skipped?: number
  readonly cause?: unknown
}

/** Codes of addresses that were not dialled. */
const UNTRIED: ReadonlySet<PexErrorCode> = new Set([
  'PEX_NO_TRANSPORT',
  'PEX_FILTERED',
  'PEX_GATED',
  'PEX_BACKOFF',
  'PEX_CAPPED'
])

/** Collects what goes wrong during one caller's dial. */
export class Failures {
  // Bounded by MAX_CAUSES.
  readonly #errors: AddressError[] = []
  #skipped = 0
  #code: PexErrorCode | undefined

  add(error: AddressError): void {
    if (this.#errors.length < MAX_CAUSES) this.#errors.push(error)
    else this.#skipped++
    const code = UNTRIED.has(error.code) ? error.code : 'PEX_UNREACHABLE'
    if (this.#code === undefined || this.#code === code) this.#code = code
    // Tried and failed outweighs all; several ways not to be tried are one: nothing was left to dial.
    else this.#code = [this.#code, code].includes('PEX_UNREACHABLE') ? 'PEX_UNREACHABLE' : 'PEX_FILTERED'
  }

  /** The error for all of it. */
  toError(peer: string | undefined): DialError {
    const code = this.#code ?? 'PEX_NO_KNOWN_ADDRESS'
    const message = `could not connect to ${peer ?? 'anybody there'}`
    return new DialError(code, peer, message, { errors: this.#errors, skipped: this.#skipped })
  }
}
