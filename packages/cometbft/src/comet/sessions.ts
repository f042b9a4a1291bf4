/** The connected peers as the reactor knows them, and the requests to them. */
import { sample } from '@pex/core'
import type { Peer, SwitchHandle } from '@pex/switch'
import type { Purpose } from './dials.ts'
import type { Tally } from './events.ts'
import type { Options } from './options.ts'
import { Pace } from './pacing.ts'
import { Session } from './session.ts'

export class Sessions {
  readonly #handle: SwitchHandle
  readonly #options: Options
  readonly #tally: Tally
  /** Bounded by the switch's caps; the keys are authenticated ids. */
  readonly #sessions = new Map<string, Session>()

  constructor(handle: SwitchHandle, options: Options, tally: Tally) {
    this.#handle = handle
    this.#options = options
    this.#tally = tally
  }

  open(peer: Peer, purpose: Purpose | undefined): Session {
    const { clock } = this.#handle
    const { ensureMs, pacing } = this.#options
    const pace = new Pace(ensureMs / 3, pacing, peer.nodeInfo.version, clock.now())
    const session = new Session(peer, pace, clock, purpose)
    this.#sessions.get(peer.id)?.end()
    this.#sessions.set(peer.id, session)
    return session
  }

  /** The session of this very connection: a peer that was lost and is back has another. */
  of(peer: Peer): Session | undefined {
    const session = this.#sessions.get(peer.id)
    return session?.peer === peer ? session : undefined
  }

  close(peer: Peer): void {
    const session = this.of(peer)
    if (session === undefined) return
    session.end()
    this.#sessions.delete(peer.id)
  }

  /** Requests that wait for an answer. */
  get waiting(): number {
    return [...this.#sessions.values()].filter(({ isWaiting }) => isWaiting).length
  }

  /** Asks a peer for addresses, unless it has been asked just now; whether the request is on its way. */
  ask(session: Session, onExpired?: () => void): boolean {
    const { answerMs, dialect, ensureMs } = this.#options
    const { peer } = session
    // Twice at once would be forgiven: whoever follows this rule needs no forgiveness.
    if (!session.mayAsk(ensureMs / 2) || !peer.trySend(dialect.channel.id, dialect.request())) return false
    session.asked(answerMs, () => {
      this.#tally.tell({ kind: 'expired', id: peer.id })
      onExpired?.()
    })
    this.#tally.tell({ kind: 'asked', id: peer.id })
    return true
  }

  /** Asks a random one of those that may be asked. */
  askAnybody(): boolean {
    const able = [...this.#sessions.values()].filter(
      session => session.peer.isRunning && session.mayAsk(this.#options.ensureMs / 2)
    )
    const [session] = sample(this.#handle.rng, able, 1)
    return session !== undefined && this.ask(session)
  }
}
