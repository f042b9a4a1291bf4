/** What the store holds together, and what the address book counts: names and values. */
import type { BookShape, StoreShape } from '../shapes.ts'
import { card } from './card.ts'
import type { CardInit } from './card.ts'
import { el, plain, setText } from './dom.ts'
import { clock, whole } from './format.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly isBad?: boolean
}

export class Facts {
  readonly element: HTMLElement
  readonly #list: HTMLDListElement = el('dl')

  constructor(init: CardInit) {
    this.element = card(init, this.#list)
  }

  set(facts: readonly Fact[]): void {
    if (this.#list.children.length !== facts.length * 2)
      this.#list.replaceChildren(...facts.flatMap(({ name }) => [el('dt', {}, name), el('dd')]))
    for (const [i, { value, isBad = false }] of facts.entries()) {
      const cell = this.#list.children[2 * i + 1]!
      setText(cell, plain(value))
      cell.className = isBad ? 'bad' : ''
    }
  }
}

export function storeFacts(store: StoreShape): readonly Fact[] {
  const { kind, failing, saved, loaded, loadFailed, saveFailed, damaged, lastProblem } = store
  const problem = lastProblem === null ? 'none' : `${clock(lastProblem.at)} ${lastProblem.message}`
  return [
    { name: 'kind', value: kind === 'level' ? 'LevelDB, on disk' : 'memory: lost at the end' },
    { name: 'health', value: failing ? 'failing: what is learned now is not kept' : 'good', isBad: failing },
    { name: 'written', value: `${whole(saved)} times` },
    { name: 'read', value: `${whole(loaded)} times` },
    { name: 'failures', value: whole(loadFailed + saveFailed), isBad: loadFailed + saveFailed > 0 },
    { name: 'damaged entries', value: whole(damaged), isBad: damaged > 0 },
    { name: 'last problem', value: problem, isBad: lastProblem !== null }
  ]
}

export function bookFacts({ tried, fresh, banned }: BookShape): readonly Fact[] {
  return [
    { name: 'reached at least once', value: whole(tried) },
    { name: 'only heard of', value: whole(fresh) },
    { name: 'banned', value: whole(banned), isBad: banned > 0 }
  ]
}
