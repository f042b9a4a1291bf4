/**
 * Self remediation: a node that has had no peers for a whole window says so, once per window, by the clock. (Seed-003's reactor
 * looks only when a peer goes, so that one which has lost its last peer never says anything; and it takes a node for alone
 * whose peers all owe an answer.)
 */
import type { Clock } from '@pex/core'

export interface Remediation {
  /** Time without any peer, ms, above 0. */
  readonly windowMs: number
  /** The application decides: stop and start again, dial its seeds, end. `sinceMs` is how long it has been alone. */
  readonly onAlone: (sinceMs: number) => void
}

export class Alone {
  readonly #clock: Clock
  readonly #remediation: Remediation | undefined
  #since = 0
  #cancel: (() => void) | undefined

  constructor(clock: Clock, remediation: Remediation | undefined) {
    this.#clock = clock
    this.#remediation = remediation
  }

  /** There is nobody; calling it again changes nothing. */
  begin(): void {
    if (this.#remediation === undefined || this.#cancel !== undefined) return
    this.#since = this.#clock.now()
    this.#arm(this.#remediation)
  }

  /** There is somebody, or nobody cares any more. */
  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #arm(remediation: Remediation): void {
    this.#cancel = this.#clock.after(remediation.windowMs, () => {
      this.#arm(remediation)
      remediation.onAlone(this.#clock.now() - this.#since)
    })
  }
}
