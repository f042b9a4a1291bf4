/**
 * Which namespaces this host has joined. Entering and leaving the same namespace wait for each other, so that the last
 * write of one membership comes before the first read of the next.
 */
import { limits, PexError } from '@pex/core'
import type { Membership } from './membership.ts'

export class Memberships {
  // Bounded by limits.maxNamespaces; only the application names namespaces.
  readonly #entered = new Map<string, Promise<Membership>>()
  // Bounded by limits.maxNamespaces: those of them that are open.
  readonly #open = new Map<string, Membership>()
  // Bounded by the namespaces being left, each until its last write is done.
  readonly #closing = new Map<string, Promise<void>>()

  get names(): readonly string[] {
    return [...this.#open.keys()]
  }

  /** Those that are open. */
  get all(): readonly Membership[] {
    return [...this.#open.values()]
  }

  get(namespace: string): Membership | undefined {
    return this.#open.get(namespace)
  }

  /** The membership of the namespace; where there is none, one that is opened now. */
  enter(namespace: string, open: () => Promise<Membership>): Promise<Membership> {
    const entered = this.#entered.get(namespace)
    if (entered !== undefined) return entered
    if (this.#entered.size >= limits.maxNamespaces) {
      const allowed = `at most ${limits.maxNamespaces} namespaces can be joined; leave one`
      return Promise.reject(new PexError('PEX_INVALID_PARAMETER', allowed))
    }
    const entering = (this.#closing.get(namespace) ?? Promise.resolve()).then(open)
    this.#entered.set(namespace, entering)
    const isCurrent = (): boolean => this.#entered.get(namespace) === entering
    entering.then(
      membership => isCurrent() && this.#open.set(namespace, membership),
      () => isCurrent() && this.#entered.delete(namespace)
    )
    return entering
  }

  /** Resolves when nothing of the membership is pending any more. */
  leave(namespace: string): Promise<void> {
    const entering = this.#entered.get(namespace)
    if (entering === undefined) return this.#closing.get(namespace) ?? Promise.resolve()
    this.#entered.delete(namespace)
    this.#open.delete(namespace)
    const closing = entering
      .then(
        membership => membership.close(),
        () => {}
      )
      .finally(() => {
        if (this.#closing.get(namespace) === closing) this.#closing.delete(namespace)
      })
    this.#closing.set(namespace, closing)
    return closing
  }

  /** Leaves all. Rejects with the first failure, after everything has been tried. */
  async leaveAll(): Promise<void> {
    const ends = await Promise.allSettled([...this.#entered.keys()].map(namespace => this.leave(namespace)))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
}
