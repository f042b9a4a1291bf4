/**
 * A namespace that this host has joined: its session, its memory on disk, and what keeps it findable.
 */
import { Namespace, PexError } from '@pex/core'
import type { Contact, Discovery, NetworkScope, PeerRecord, Remembered, Store } from '@pex/core'
import { keepAdvertised } from './first-contact.ts'
import { Persistence, storeError } from './persistence.ts'
import { Session } from './session.ts'
import type { SessionParts } from './session.ts'
import { Stranger } from './stranger.ts'

export interface MembershipParts extends Omit<SessionParts, 'machine' | 'persist' | 'roundOver'> {
  readonly store: Store | undefined
  /** Whom this host would ever call. */
  readonly scope: NetworkScope
  /** This host's own record as it is now. */
  readonly own: () => PeerRecord
  /** Where to advertise. */
  readonly sources: readonly Discovery[]
  /** Whom to ask first of all. */
  readonly bootstrap: readonly Contact[]
}

export class Membership {
  readonly session: Session
  readonly #parts: MembershipParts
  readonly #persistence: Persistence | undefined
  #releases: readonly (() => void)[] = []
  #cancelLease: (() => void) | undefined
  #kept = false
  #closed = false

  private constructor(parts: MembershipParts, session: Session, persistence: Persistence | undefined) {
    this.#parts = parts
    this.session = session
    this.#persistence = persistence
  }

  /** Remembers what an earlier run left, and begins; quietly, where the first round shall be a `bootstrap`. */
  static async open(parts: MembershipParts, { quiet }: { readonly quiet: boolean }): Promise<Membership> {
    let remember = (): readonly Remembered[] => []
    const persistence = persistenceOf(parts, () => remember())
    const remembered = await load(parts, persistence)
    const machine = new Namespace({ ...parts, own: parts.own(), remembered })
    remember = () => machine.remember()
    const stranger = new Stranger({
      contacts: remembered.length > 0 ? [] : parts.bootstrap,
      rng: parts.rng,
      view: () => machine.view.entries.map(({ record }) => record.id),
      ask: contacts => session.bootstrap(contacts)
    })
    const session = new Session({
      ...parts,
      machine,
      persist: () => persistence?.touch(),
      roundOver: reached => stranger.roundOver(reached)
    })
    const membership = new Membership(parts, session, persistence)
    await session.start({ quiet })
    // It may have changed while the transport took up the protocol.
    session.put({ type: 'renewed', own: parts.own() })
    const { sources, namespace, clock, gossip } = parts
    membership.#releases = sources.map(source =>
      keepAdvertised(source, namespace, { clock, retryMs: gossip.tickMs })
    )
    return membership
  }

  /** Runs a round with these contacts. Fails with `PEX_NO_PEER_FOUND` when none of them completes an exchange. */
  async bootstrap(contacts: readonly Contact[]): Promise<void> {
    const reached = await this.session.bootstrap(contacts)
    if (this.#closed) throw new PexError('PEX_ABORTED', 'the namespace has been left')
    if (reached !== undefined) return
    const { namespace } = this.#parts
    const none = `none of the ${contacts.length} given peers completed an exchange in "${namespace}"`
    throw new PexError('PEX_NO_PEER_FOUND', none, { cause: this.session.failure })
  }

  /** Whether it stays until it is closed. */
  get kept(): boolean {
    return this.#kept
  }

  /** It stays until it is closed. */
  keep(): void {
    this.#kept = true
    this.cancelLease()
  }

  /** It ends after so many ms, unless it is kept or leased again. */
  lease(ms: number, end: () => void): void {
    this.cancelLease()
    if (!this.#kept && !this.#closed) this.#cancelLease = this.#parts.clock.after(ms, end)
  }

  /** It does not end by itself for now. */
  cancelLease(): void {
    this.#cancelLease?.()
    this.#cancelLease = undefined
  }

  async flush(): Promise<void> {
    await this.#persistence?.flush()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.cancelLease()
    for (const release of this.#releases) release()
    try {
      await this.session.stop()
    } finally {
      await this.#persistence?.close()
    }
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
