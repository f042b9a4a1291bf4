/**
 * Who has called this host, and since when it holds whom: what the host itself has no need to remember.
 */
import { BoundedMap } from '@pex/core'
import type { HostEvent } from '../events.ts'
import type { Untimed } from '../output.ts'

/** Strangers choose these keys: whoever called longest ago is forgotten first. */
const MAX_CALLERS = 1_024
/** Held peers are those of the views: 64 namespaces with 32 peers each by default, and twice as many for larger views. */
const MAX_HELD = 4_096

export class Callers {
  readonly #calls = new BoundedMap<
    string,
    { readonly id: string; readonly namespace: string; readonly calls: number }
  >(MAX_CALLERS)
  readonly #held = new BoundedMap<string, number>(MAX_HELD)

  heard(event: Untimed<HostEvent>): void {
    if (event.event === 'exchange' && event.role === 'responder') {
      const { peer: id, namespace } = event
      const key = keyOf(namespace, id)
      this.#calls.set(key, { id, namespace, calls: (this.#calls.get(key)?.calls ?? 0) + 1 })
    }
    if (event.event !== 'view') return
    for (const id of event.removed) this.#held.delete(keyOf(event.namespace, id))
    for (const id of event.added) {
      // A newer record of a peer that is there already stands among those added, too.
      const key = keyOf(event.namespace, id)
      if (this.#held.get(key) === undefined) this.#held.set(key, Date.now())
    }
  }

  /** Since when a peer is held, ms since the epoch. */
  heldSince(namespace: string, id: string): number | undefined {
    return this.#held.get(keyOf(namespace, id))
  }

  /** Who has called, and how often. */
  of(namespace: string): readonly { readonly id: string; readonly calls: number }[] {
    return [...this.#calls.values()].filter(caller => caller.namespace === namespace)
  }
}

/** No namespace has a blank in it. */
function keyOf(namespace: string, id: string): string {
  return `${namespace} ${id}`
}
