/** What has happened lately, in sentences, the latest first. */
import { card, scroller } from './card.ts'
import type { News } from './api.ts'
import { el, plain } from './dom.ts'
import { clock, plural, short } from './format.ts'

const MAX_LINES = 60

export class NewsList {
  readonly element: HTMLElement
  readonly #list: HTMLUListElement = el('ul', { class: 'news' })
  readonly #scroller: HTMLElement = scroller('What happens, list', this.#list)
  readonly #nothing: HTMLElement = el('p', { class: 'empty' }, 'Nothing since this page was opened.')
  // Replaced as a whole; bounded by the hosts of a demo.
  #names: ReadonlyMap<string, string> = new Map()

  constructor() {
    this.#scroller.hidden = true
    this.element = card({ id: 'news', title: 'What happens' }, this.#nothing, this.#scroller)
  }

  /** What to call peers from now on, by their ids; others are called by the end of theirs. */
  setNames(names: ReadonlyMap<string, string>): void {
    this.#names = names
  }

  add(news: News): void {
    const text = sentence(news, id => this.#names.get(id) ?? short(id))
    if (text === undefined) return
    this.#nothing.hidden = true
    this.#scroller.hidden = false
    const { at, host } = news.detail
    const who = typeof host === 'string' ? `${host}: ` : ''
    const moment = new Date(at).toISOString()
    this.#list.prepend(
      el('li', {}, el('time', { datetime: moment }, clock(at)), el('span', {}, plain(who + text)))
    )
    while (this.#list.children.length > MAX_LINES) this.#list.lastElementChild!.remove()
  }
}

/** A sentence for a person; nothing for the heartbeat of a network that is well. */
function sentence({ event, detail }: News, nameOf: (id: string) => string): string | undefined {
  const text = (name: string): string => {
    const value = detail[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const ids = (name: string): readonly string[] => (detail[name] as readonly string[] | undefined) ?? []
  switch (event) {
    case 'view': {
      const added = ids('added').map(id => `+${nameOf(id)}`)
      const removed = ids('removed').map(id => `−${nameOf(id)}`)
      return `${plural(Number(detail['size']), 'peer')} in view ${[...added, ...removed].slice(0, 8).join(' ')}`
    }
    case 'exchange': {
      const peer = nameOf(text('peer'))
      const way = detail['role'] === 'initiator' ? 'asked' : 'answered'
      return `${way} ${peer}: ${plural(Number(detail['received']), 'record')}`
    }
    case 'failed':
      return `no exchange with ${detail['peer'] === null ? ids('addrs').join(' ') : nameOf(text('peer'))}: ${text('code')}`
    case 'rejected':
      return `rejected what ${nameOf(text('peer'))} sent: ${text('reason')}`
    case 'store':
      return text('message')
    case 'alarm':
      return detail['alarm'] === true
        ? 'two counts of the network contradict each other'
        : 'the counts agree again'
    case 'record':
      return `signed its record anew, number ${text('seq')}`
    case 'started':
      return `started as process ${text('pid')}`
    case 'exited':
      return `is gone (${text('signal') || text('code')})`
    case 'converged':
      return `every host knows all others, after ${(Number(detail['ms']) / 1_000).toFixed(1)} s`
    default:
      return undefined
  }
}
