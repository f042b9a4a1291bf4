/** The page: reads what there is, hears what changes, and reads that again, once in a second at most. */
import type { DemoSelf, HostSelf, IndexShape } from '../shapes.ts'
import { hear, read } from './api.ts'
import type { News } from './api.ts'
import { partsOf } from './board.ts'
import type { Part } from './board.ts'
import { byId, el, plain, setText } from './dom.ts'
import { NewsList } from './news.ts'
import { Speaker } from './speaker.ts'
import { showSelf, showTiles } from './summary.ts'

class Page {
  readonly #index: IndexShape
  readonly #parts: readonly Part[]
  readonly #news = new NewsList()
  readonly #speaker = new Speaker()
  // Bounded by the resources that there are.
  readonly #answers = new Map<string, unknown>()
  // Bounded by the resources that there are: those to read again.
  readonly #due = new Set<string>()
  #namespace = ''
  #every: '1' | '60' = '1'
  #seconds = 0
  #isReading = false

  constructor(index: IndexShape) {
    this.#index = index
    this.#parts = partsOf(index, { span: this.#spans() }, this.#news)
    byId('grid').replaceChildren(...this.#parts.map(({ element }) => element))
  }

  async open(): Promise<void> {
    await this.#readAll()
    const self = this.#answers.get('self') as HostSelf | DemoSelf | undefined
    if (self !== undefined) this.#offerNamespaces(self.namespaces)
    hear({
      onOpen: () => {
        link('live', 'live')
        void this.#readAll()
      },
      onLost: () => link('lost', 'no connection; trying again'),
      onNews: news => this.#hear(news)
    })
  }

  #hear(news: News): void {
    const { event, detail } = news
    if (event === 'gap') return void this.#readAll()
    for (const { resource, after } of this.#parts) if (after.includes(event)) this.#due.add(resource)
    if (['listening', 'record', 'converged', 'started', 'exited'].includes(event)) this.#due.add('self')
    if (event === 'size' || event === 'alarm') this.#due.add('estimate')
    if (event === 'view' && isOf(detail, this.#namespace)) {
      const count = (name: string): number => (detail[name] as readonly unknown[]).length
      this.#speaker.view(Number(detail['size']), count('added'), count('removed'))
    }
    if (event === 'tick') this.#step()
    else this.#news.add(news)
  }

  /** A second is over. */
  #step(): void {
    this.#seconds++
    this.#speaker.step()
    for (const { resource, everySeconds } of this.#parts)
      if (everySeconds !== undefined && this.#seconds % everySeconds === 0) this.#due.add(resource)
    if (this.#index.kind === 'demo') this.#due.add('self')
    void this.#readDue()
  }

  async #readAll(): Promise<void> {
    for (const resource of this.#index.resources) this.#due.add(resource)
    await this.#readDue()
  }

  /** Not while the last reading goes on: what is due then is read with the next second. */
  async #readDue(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const due = [...this.#due].filter(resource => this.#index.resources.includes(resource))
    this.#due.clear()
    try {
      await Promise.all(due.map(resource => this.#read(resource)))
      showTiles(this.#index, this.#answers)
    } catch {
      // The stream notices as well, says so, and reads everything when the host is back.
      for (const resource of due) this.#due.add(resource)
    } finally {
      this.#isReading = false
    }
  }

  async #read(resource: string): Promise<void> {
    const query = {
      ...(this.#namespace === '' ? {} : { namespace: this.#namespace }),
      ...(resource === 'history' ? { every: this.#every } : {}),
      ...(resource === 'sample' ? { count: '5' } : {})
    }
    const answer = await read(resource, query)
    this.#answers.set(resource, answer)
    if (resource === 'self') showSelf(answer as HostSelf | DemoSelf)
    for (const part of this.#parts) if (part.resource === resource) part.show(answer)
  }

  /** How far back the curves go. */
  #spans(): HTMLElement {
    const choice = (value: '1' | '60', name: string): HTMLElement => {
      const input = el('input', { type: 'radio', name: 'span', value, checked: value === this.#every })
      input.addEventListener('change', () => {
        this.#every = value
        this.#due.add('history')
        void this.#readDue()
      })
      return el('label', {}, input, name)
    }
    return el('fieldset', {}, el('legend', {}, 'How far back'), choice('1', '5 minutes'), choice('60', 'day'))
  }

  #offerNamespaces(names: readonly string[]): void {
    this.#namespace = names[0] ?? ''
    if (names.length < 2) return
    const select = el(
      'select',
      { id: 'namespace' },
      ...names.map(name => el('option', { value: name }, plain(name)))
    )
    select.addEventListener('change', () => {
      this.#namespace = select.value
      void this.#readAll()
    })
    byId('controls').replaceChildren(el('label', { for: 'namespace' }, 'Namespace'), select)
  }
}

function isOf(detail: News['detail'], namespace: string): boolean {
  return detail['host'] === undefined && detail['namespace'] === namespace
}

function link(state: 'live' | 'lost' | 'waiting', text: string): void {
  byId('link').className = `link ${state}`
  setText(byId('link-text'), text)
}

async function begin(): Promise<void> {
  try {
    await new Page(await read<IndexShape>('')).open()
  } catch {
    link('lost', 'the host does not answer; trying again')
    setTimeout(() => void begin(), 3_000)
  }
}

await begin()
