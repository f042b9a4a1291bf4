/**
 * A namespace that this host has joined: its session, its memory on disk, and what keeps it findable.
 */
import { Namespace, PexError } from '@pex/core'
import type { Contact, Discovery, PeerRecord, Remembered, Store } from '@pex/core'
import { keepAdvertised } from './first-contact.ts'
import { Persistence, storeError } from './persistence.ts'
import { Session } from './session.ts'
import type { SessionParts } from './session.ts'
import { untilAborted } from './until.ts'

export interface MembershipParts extends Omit<SessionParts, 'machine' | 'persist'> {
  readonly store: Store | undefined
  /** This host's own record as it is now. */
  readonly own: () => PeerRecord
  /** Where to advertise. */
  readonly sources: readonly Discovery[]
}

export interface Entrance {
  /** Peers of which one has to complete an exchange; none: the first round asks whom it knows. */
  readonly bootstrap: readonly Contact[]
  readonly signal: AbortSignal | undefined
}

export class Membership {
  readonly session: Session
  readonly #parts: MembershipParts
  readonly #persistence: Persistence | undefined
  #releases: readonly (() => void)[] = []
  #cancelLease: (() => void) | undefined

  private constructor(parts: MembershipParts, session: Session, persistence: Persistence | undefined) {
    this.#parts = parts
    this.session = session
    this.#persistence = persistence
  }

  /** Remembers what an earlier run left, and begins. Fails with `PEX_NO_PEER_FOUND`, or as the signal says. */
  static async open(parts: MembershipParts, { bootstrap, signal }: Entrance): Promise<Membership> {
    let remember = (): readonly Remembered[] => []
    const persistence = persistenceOf(parts, () => remember())
    const remembered = await load(parts, persistence)
    const machine = new Namespace({ ...parts, own: parts.own(), remembered })
    remember = () => machine.remember()
    const session = new Session({ ...parts, machine, persist: () => persistence?.touch() })
    const membership = new Membership(parts, session, persistence)
    try {
      await membership.#begin(bootstrap, signal)
    } catch (error) {
      await membership.close()
      throw error
    }
    return membership
  }

  async #begin(bootstrap: readonly Contact[], signal: AbortSignal | undefined): Promise<void> {
    const { namespace, sources, clock, gossip } = this.#parts
    const reached = await untilAborted(this.session.start(bootstrap), signal)
    if (bootstrap.length > 0 && reached === undefined)
      throw new PexError(
        'PEX_NO_PEER_FOUND',
        `none of the ${bootstrap.length} given peers completed an exchange in "${namespace}"`,
        { cause: this.session.failure }
      )
    this.#releases = sources.map(source =>
      keepAdvertised(source, namespace, { clock, retryMs: gossip.tickMs })
    )
  }

  /** Whether it ends by itself. */
  get leased(): boolean {
    return this.#cancelLease !== undefined
  }

  /** It ends after so many ms, unless this is called again. */
  lease(ms: number, end: () => void): void {
    this.#cancelLease?.()
    this.#cancelLease = this.#parts.clock.after(ms, end)
  }

  /** It stays until it is closed. */
  keep(): void {
    this.#cancelLease?.()
    this.#cancelLease = undefined
  }

  async flush(): Promise<void> {
    await this.#persistence?.flush()
  }

  async close(): Promise<void> {
    this.keep()
    for (const release of this.#releases) release()
    await this.session.stop()
    await this.#persistence?.close()
  }
}

function persistenceOf(
  { store, emit, ...parts }: MembershipParts,
  remember: () => readonly Remembered[]
): Persistence | undefined {
  if (store === undefined) return undefined
  return new Persistence({
    ...parts,
    store,
    remember,
    damaged: (dropped, kept) => emit('store:damage', { dropped, kept }),
    failed: error => emit('store:fail', { error })
  })
}

/** A store that cannot be read costs the memory, not the host. */
async function load(
  { emit }: MembershipParts,
  persistence: Persistence | undefined
): Promise<readonly Remembered[]> {
  try {
    return (await persistence?.load()) ?? []
  } catch (cause) {
    emit('store:fail', { error: storeError(cause) })
    return []
  }
}
