/** The parts of the page: which there are, what each reads, and which news make it out of date. */
import type {
  BookShape,
  DegreesShape,
  FailuresShape,
  HistoryShape,
  HostsShape,
  IndexShape,
  OverlayShape,
  PeersShape,
  RejectionsShape,
  StoreShape
} from '../shapes.ts'
import { Histogram, Tally } from './bars.ts'
import { bytes, whole } from './format.ts'
import { Graph } from './graph.ts'
import { Hosts } from './hosts.ts'
import type { NewsList } from './news.ts'
import { Peers } from './peers.ts'
import { Series } from './series.ts'
import { bookFacts, Facts, storeFacts } from './state.ts'

/** A part that shows one resource. */
export interface Part {
  readonly resource: string
  readonly element: HTMLElement
  show(answer: unknown): void
  /** News after which to read it again. */
  readonly after: readonly string[]
  /** Read again after so many seconds anyway. @default never */
  readonly everySeconds?: number
}

export interface Controls {
  /** How far back the curves go. */
  readonly span: Node
}

/** The parts in their order on the page, without those that the host has nothing for. */
export function partsOf(
  { kind, resources }: IndexShape,
  { span }: Controls,
  news: NewsList
): readonly Part[] {
  const known = new Set(resources)
  const latest: Part = { resource: '', element: news.element, show: () => {}, after: [] }
  const own = kind === 'demo' ? [hosts(news), ...series(kind, span)] : [...series(kind, span), view()]
  const parts = [graph(kind), latest, ...own, ...counts(kind), ...others(), ...facts()]
  return parts.filter(part => part === latest || known.has(part.resource))
}

/** `show` is only ever given what its resource answers. */
function part<Answer>(
  resource: string,
  view: { readonly element: HTMLElement },
  show: (answer: Answer) => void,
  after: readonly string[],
  everySeconds?: number
): Part {
  return {
    resource,
    element: view.element,
    show,
    after,
    ...(everySeconds === undefined ? {} : { everySeconds })
  }
}

function hosts(news: NewsList): Part {
  const view = new Hosts()
  const show = (answer: HostsShape): void => {
    view.set(answer.hosts)
    news.setNames(new Map(answer.hosts.flatMap(({ id, name }) => (id === null ? [] : [[id, name]]))))
  }
  return part<HostsShape>('hosts', view, show, ['started', 'exited', 'listening', 'view', 'round'])
}

function graph(kind: IndexShape['kind']): Part {
  const view = new Graph(kind)
  return part<OverlayShape>('overlay', view, answer => view.set(answer), [
    'view',
    'exchange',
    'started',
    'exited',
    'listening'
  ])
}

function series(kind: IndexShape['kind'], span: Node): readonly Part[] {
  const exchanges = new Series({
    id: 'exchanges',
    title: 'Exchanges',
    size: 'half',
    control: span,
    per: 'step',
    figure: whole,
    curves: [
      { count: 'began', name: 'begun', kind: 'a' },
      ...(kind === 'host' ? [{ count: 'answered', name: 'answered', kind: 'c' } as const] : []),
      { count: 'failed', name: 'failed', kind: 'b' }
    ]
  })
  const traffic = new Series({
    id: 'traffic',
    title: 'Traffic, per second',
    size: 'half',
    per: 'second',
    figure: bytes,
    curves: [
      { count: 'sentBytes', name: 'sent', kind: 'a' },
      { count: 'receivedBytes', name: 'received', kind: 'b' }
    ]
  })
  return [exchanges, traffic].map(view =>
    part<HistoryShape>('history', view, answer => view.set(answer), ['tick'])
  )
}

function counts(kind: IndexShape['kind']): readonly Part[] {
  const degrees = new Histogram(kind === 'host' ? 'calls' : 'views')
  const rejections = new Tally({
    id: 'rejections',
    title: 'Rejections',
    subtitle: 'Messages and records that were wrong, or no use.',
    head: 'reason',
    nothing: 'Nobody has sent anything wrong.'
  })
  const failures = new Tally({
    id: 'failures',
    title: 'Failures',
    subtitle: 'Exchanges that came to nothing.',
    head: 'code',
    nothing: 'No exchange has failed.'
  })
  return [
    part<DegreesShape>('degrees', degrees, answer => degrees.set(answer), ['view', 'exchange', 'exited']),
    part<RejectionsShape>(
      'rejections',
      rejections,
      ({ reasons }) => {
        rejections.set(reasons.map(({ reason: name, count }) => ({ name, count })))
      },
      ['rejected']
    ),
    part<FailuresShape>(
      'failures',
      failures,
      ({ codes }) => {
        failures.set(codes.map(({ code: name, count }) => ({ name, count })))
      },
      ['failed']
    )
  ]
}

function view(): Part {
  const table = new Peers({
    id: 'view',
    title: 'View',
    subtitle: 'Whom this host holds now, the newest first.',
    size: 'full',
    kind: 'held',
    nothing: 'Nobody yet. A host that knows nobody asks its bootstrap addresses in every round.'
  })
  return part<PeersShape>('view', table, answer => table.set(answer.peers), ['view'], 2)
}

function others(): readonly Part[] {
  const recovery = new Peers({
    id: 'recovery',
    title: 'Recovery memory',
    subtitle: 'Peers that stopped answering, tried now and then.',
    size: 'quarter',
    kind: 'silent',
    nothing: 'Nobody is missing.'
  })
  const sample = new Peers({
    id: 'sample',
    title: 'Sample',
    subtitle: 'Drawn at random from the view, every ten seconds.',
    size: 'quarter',
    kind: 'sample',
    nothing: 'Nobody to draw from.'
  })
  return [
    part<PeersShape>('recovery', recovery, answer => recovery.set(answer.peers), ['view'], 5),
    part<PeersShape>('sample', sample, answer => sample.set(answer.peers), [], 10)
  ]
}

function facts(): readonly Part[] {
  const store = new Facts({
    id: 'store',
    title: 'Store',
    subtitle: 'What survives a restart.',
    size: 'quarter'
  })
  const book = new Facts({
    id: 'book',
    title: 'Address book',
    subtitle: 'Everybody this host has met.',
    size: 'quarter'
  })
  return [
    part<StoreShape>('store', store, answer => store.set(storeFacts(answer)), ['store'], 5),
    part<BookShape>('book', book, answer => book.set(bookFacts(answer)), [], 5)
  ]
}
