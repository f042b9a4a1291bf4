/** Peers in tables: the view, the recovery memory, a sample. */
import type { HeldPeerShape, PeerShape } from '../shapes.ts'
import { card, scroller } from './card.ts'
import type { CardInit } from './card.ts'
import { el, plain, setText } from './dom.ts'
import { duration, short, whole } from './format.ts'
import { Rows } from './rows.ts'
import type { Column } from './rows.ts'

const id: Column<PeerShape> = {
  name: 'peer',
  kind: 'id',
  text: peer => short(peer.id),
  draw: (cell, peer) => {
    setText(cell, plain(short(peer.id)))
    cell.title = plain(peer.id)
  }
}
const address: Column<PeerShape> = {
  name: 'address',
  kind: 'address',
  text: ({ addresses }) => {
    const [first = 'none', ...rest] = addresses
    return plain(rest.length === 0 ? first : `${first} and ${rest.length} more`)
  },
  draw: (cell, peer) => {
    setText(cell, address.text(peer))
    cell.title = plain(peer.addresses.join('\n'))
  }
}
const netgroup: Column<PeerShape> = {
  name: 'netgroup',
  kind: 'spare quiet',
  text: peer => plain(peer.netgroup ?? 'private')
}
const age: Column<HeldPeerShape> = { name: 'rounds', kind: 'number', text: peer => whole(peer.age) }
const hop: Column<HeldPeerShape> = { name: 'hops', kind: 'number spare', text: peer => whole(peer.hop) }
const since: Column<HeldPeerShape> = {
  name: 'held for',
  kind: 'number',
  text: ({ heldSince }) => (heldSince === null ? '–' : duration(Date.now() - heldSince))
}

export interface PeersInit extends CardInit {
  readonly kind: 'held' | 'silent' | 'sample'
  /** What to say of an empty list. */
  readonly nothing: string
}

const columns: Readonly<Record<PeersInit['kind'], readonly Column<HeldPeerShape>[]>> = {
  held: [id, address, netgroup, age, hop, since],
  silent: [id, address, age],
  sample: [id, address]
}

export class Peers {
  readonly element: HTMLElement
  readonly #rows: Rows<HeldPeerShape>
  readonly #nothing: HTMLElement
  readonly #scroller: HTMLElement

  constructor(init: PeersInit) {
    this.#rows = new Rows({
      caption: init.title,
      columns: columns[init.kind],
      key: peer => peer.id,
      marksFresh: init.kind === 'held'
    })
    this.#nothing = el('p', { class: 'empty' }, init.nothing)
    this.#scroller = scroller(`${init.title}, table`, this.#rows.element)
    this.element = card(init, this.#nothing, this.#scroller)
  }

  set(peers: readonly PeerShape[]): void {
    this.#nothing.hidden = peers.length > 0
    this.#scroller.hidden = peers.length === 0
    const held = peers as readonly HeldPeerShape[]
    this.#rows.set(held.toSorted((a, b) => (b.heldSince ?? 0) - (a.heldSince ?? 0) || (a.id < b.id ? -1 : 1)))
  }
}
