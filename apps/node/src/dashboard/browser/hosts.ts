/** The hosts of a demo, and the way to the dashboard of each. */
import type { DemoHostShape } from '../shapes.ts'
import { card, scroller } from './card.ts'
import { el, setText } from './dom.ts'
import { short, whole } from './format.ts'
import { Rows } from './rows.ts'

export class Hosts {
  readonly element: HTMLElement
  readonly #rows: Rows<DemoHostShape>

  constructor() {
    this.#rows = new Rows<DemoHostShape>({
      caption: 'Hosts',
      key: ({ name }) => name,
      columns: [
        { name: 'host', text: ({ name }) => name },
        { name: 'state', text: ({ state }) => state, draw: drawState },
        { name: 'peer', kind: 'id spare', text: ({ id }) => (id === null ? '–' : short(id)) },
        { name: 'process', kind: 'number spare', text: ({ pid }) => String(pid ?? '–') },
        { name: 'knows', kind: 'number', text: ({ knows }) => whole(knows) },
        { name: 'held by', kind: 'number', text: ({ inDegree }) => whole(inDegree) },
        { name: 'rounds', kind: 'number spare', text: ({ rounds }) => whole(rounds) },
        { name: 'exchanges', kind: 'number spare', text: ({ exchanges }) => whole(exchanges) },
        { name: 'dashboard', text: () => '', draw: drawLink }
      ]
    })
    this.element = card(
      {
        id: 'hosts',
        title: 'Hosts',
        subtitle: 'Each is a process of its own, with a dashboard of its own.',
        size: 'full'
      },
      scroller('Hosts, table', this.#rows.element)
    )
  }

  set(hosts: readonly DemoHostShape[]): void {
    this.#rows.set(hosts)
  }
}

function drawState(cell: HTMLTableCellElement, { state }: DemoHostShape): void {
  setText(cell, state)
  cell.className = `state ${state}`
}

/** The demo's own children say where they are: an address of this machine, and nothing else becomes a link. */
function drawLink(cell: HTMLTableCellElement, { name, dashboard }: DemoHostShape): void {
  const link = cell.querySelector('a')
  if (dashboard === null || !/^http:\/\/127\.0\.0\.1:\d+$/.test(dashboard)) return cell.replaceChildren('–')
  if (link?.getAttribute('href') === dashboard) return
  cell.replaceChildren(el('a', { href: dashboard, target: '_blank', rel: 'noreferrer' }, `open ${name}`))
}
