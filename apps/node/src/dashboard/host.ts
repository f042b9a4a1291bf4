/**
 * The dashboard of one host: what its `Pex` knows, what it counts, and who has called it.
 */
import { netgroupOf, sample } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import { systemRng } from '@pex/service'
import type { Pex, ViewPeer } from '@pex/service'
import type { Settings } from '../config.ts'
import type { HostMetrics } from '../metrics.ts'
import { reportEvents } from '../report.ts'
import type { Access } from './access.ts'
import { bucketsOf } from './buckets.ts'
import { Callers } from './callers.ts'
import { overlayOf } from './overlay.ts'
import { Recorder } from './recorder.ts'
import { serveDashboard } from './server.ts'
import type { Dashboard } from './server.ts'
import type {
  BookShape,
  DegreesShape,
  EstimateShape,
  HeldPeerShape,
  HostSelf,
  PeersShape,
  PeerShape,
  ReadyShape,
  StoreShape,
  TrafficShape
} from './shapes.ts'
import { version } from './subject.ts'
import type { Ask, Subject } from './subject.ts'

export interface HostSubjectInit {
  readonly pex: Pex
  readonly settings: Settings
  readonly counted: HostMetrics
  /** Complete addresses, the peer id at their end. */
  readonly addresses: () => readonly string[]
  /** What an address book counts, where the host keeps one. */
  readonly book?: (() => BookShape) | undefined
}

export interface HostDashboard extends Dashboard {
  /** The host is up. */
  started(): void
}

/** Serves the dashboard of a host that need not be up yet. Fails with `PEX_LISTEN`. */
export async function openHostDashboard(init: HostSubjectInit, access: Access): Promise<HostDashboard> {
  const subject = new HostSubject(init)
  const { url, stop } = await serveDashboard(subject, access)
  return { url, stop, started: () => subject.started() }
}

export class HostSubject implements Subject {
  readonly kind = 'host'
  readonly recorder: Recorder
  readonly resources: Subject['resources']
  readonly #init: HostSubjectInit
  readonly #callers = new Callers()
  readonly #startedAt = Date.now()
  #isUp = false
  #isFailing = false
  #problem: StoreShape['lastProblem'] = null
  #bytes: { readonly sent: number; readonly received: number } = { sent: 0, received: 0 }

  constructor(init: HostSubjectInit) {
    this.#init = init
    this.recorder = new Recorder(this.#startedAt.toString(36))
    reportEvents(init.pex, event => {
      this.#callers.heard(event)
      if (event.event === 'store') this.#problem = { at: Date.now(), message: event.message }
      this.recorder.heard(event)
    })
    this.resources = this.#table()
  }

  namespaces(): readonly string[] {
    return this.#init.pex.namespaces
  }

  /** What a restart has brought back has been in the view from the start. */
  started(): void {
    this.#isUp = true
    const { pex } = this.#init
    for (const namespace of pex.namespaces) {
      const added = pex.view(namespace).map(({ id }) => id)
      this.#callers.heard({ event: 'view', namespace, size: added.length, added, removed: [] })
    }
  }

  ready(): ReadyShape {
    const problems = [
      ...(this.#isUp ? [] : ['the host is still starting']),
      ...(this.#isFailing ? ['the store fails: what is learned now would be lost in a crash'] : [])
    ]
    return { ready: problems.length === 0, problems }
  }

  get metrics(): Subject['metrics'] {
    return () => this.#init.counted.page()
  }

  readonly beforeStep = async (): Promise<void> => {
    const { counted } = this.#init
    const bytes = await counted.read('pex_message_bytes_total')
    const [sent, received] = [bytes.get('sent') ?? 0, bytes.get('received') ?? 0]
    this.recorder.history.count('sentBytes', sent - this.#bytes.sent)
    this.recorder.history.count('receivedBytes', received - this.#bytes.received)
    this.#bytes = { sent, received }
    this.#isFailing = (await counted.read('pex_store_failing')).get('') === 1
  }

  #table(): Subject['resources'] {
    const { pex, book } = this.#init
    const peers = <Peer extends PeerShape>(namespace: string, list: readonly Peer[]): PeersShape<Peer> => ({
      namespace,
      peers: list
    })
    const held =
      (namespace: string) =>
      (peer: ViewPeer): HeldPeerShape => ({
        ...peerShape(peer),
        age: peer.age,
        hop: peer.hop,
        heldSince: this.#callers.heldSince(namespace, peer.id) ?? null
      })
    const joined = <T>(namespace: string, read: () => readonly T[]): readonly T[] =>
      pex.namespaces.includes(namespace) ? read() : []
    const view = (namespace: string): readonly ViewPeer[] => joined(namespace, () => pex.view(namespace))
    return new Map<string, (ask: Ask) => object | Promise<object>>([
      ['self', () => this.#self()],
      ['view', ({ namespace }) => peers(namespace, view(namespace).map(held(namespace)))],
      [
        'recovery',
        ({ namespace }) =>
          peers(namespace, joined(namespace, () => pex.recovery(namespace)).map(held(namespace)))
      ],
      // Drawn here: to draw from the host's own deck would change what the application gets next.
      [
        'sample',
        ({ namespace, count }) => peers(namespace, sample(systemRng, view(namespace), count).map(peerShape))
      ],
      ['estimate', ({ namespace }) => this.#estimate(namespace)],
      ['history', ({ every }) => this.recorder.history.read(every)],
      ['failures', () => this.recorder.failures],
      ['rejections', () => this.recorder.rejections],
      ['traffic', () => this.#traffic()],
      ['store', () => this.#store()],
      ['degrees', ({ namespace }) => this.#degrees(namespace)],
      [
        'overlay',
        ({ namespace }) => overlayOf(namespace, pex.id, view(namespace), this.#callers.of(namespace))
      ],
      ...(book === undefined ? [] : [['book', book] as const])
    ])
  }

  #self(): HostSelf {
    const { pex, settings, addresses } = this.#init
    return {
      kind: 'host',
      id: pex.id,
      addresses: this.#isUp ? addresses() : [],
      version: version(),
      node: process.versions.node,
      pid: process.pid,
      startedAt: this.#startedAt,
      now: Date.now(),
      namespaces: pex.namespaces,
      policy: settings.policy ?? 'balanced',
      tickMs: settings.tickMs,
      wire: settings.wire,
      scope: settings.scope
    }
  }

  #estimate(namespace: string): EstimateShape {
    const { pex } = this.#init
    const known = pex.namespaces.includes(namespace) ? pex.estimate(namespace) : undefined
    if (known === undefined) return { namespace, estimate: null }
    const { size, low, high, alarm } = known
    return { namespace, estimate: { size, low, high, alarm } }
  }

  async #traffic(): Promise<TrafficShape> {
    const { counted } = this.#init
    const messages = await counted.read('pex_messages_total')
    const bytes = await counted.read('pex_message_bytes_total')
    const way = (name: 'sent' | 'received') => ({
      messages: messages.get(name) ?? 0,
      bytes: bytes.get(name) ?? 0
    })
    return { sent: way('sent'), received: way('received') }
  }

  async #store(): Promise<StoreShape> {
    const { counted, settings } = this.#init
    const operations = await counted.read('pex_store_operations_total')
    return {
      kind: settings.store,
      failing: (await counted.read('pex_store_failing')).get('') === 1,
      loaded: operations.get('loaded') ?? 0,
      saved: operations.get('saved') ?? 0,
      loadFailed: operations.get('load_failed') ?? 0,
      saveFailed: operations.get('save_failed') ?? 0,
      damaged: (await counted.read('pex_store_damaged_total')).get('') ?? 0,
      lastProblem: this.#problem
    }
  }

  #degrees(namespace: string): DegreesShape {
    const calls = this.#callers.of(namespace).map(caller => caller.calls)
    return { namespace, of: 'calls', buckets: bucketsOf(calls) }
  }
}

function peerShape({ id, addresses, seq }: PeerRecord): PeerShape {
  return { id, addresses, seq: seq.toString(), netgroup: netgroupOf(addresses) ?? null }
}
