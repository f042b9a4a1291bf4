/**
 * The dashboard of a demo: all of its hosts together. What one host alone knows is on that host's own dashboard.
 */
import type { DemoEvent, ErrorEvent, HostEvent } from '../events.ts'
import type { ListenAddress } from '../listener.ts'
import type { Untimed } from '../output.ts'
import type { Model } from '../demo/model.ts'
import { bucketsOf } from './buckets.ts'
import { ClusterTraffic } from './cluster-traffic.ts'
import { clusterOverlay, inDegrees } from './overlay.ts'
import { Recorder } from './recorder.ts'
import { serveDashboard } from './server.ts'
import type { Dashboard } from './server.ts'
import type { DegreesShape, DemoSelf, HostsShape, ReadyShape } from './shapes.ts'
import { version } from './subject.ts'
import type { Ask, Subject } from './subject.ts'

export interface DemoSubjectInit {
  readonly model: Model
  /** As on the command line. */
  readonly tick: string
}

export interface DemoPage {
  readonly address: ListenAddress
  /** Whether the user has named it; another port will do where not. */
  readonly isChosen: boolean
}

export interface DemoDashboard extends Dashboard {
  /** A host has said something, and the model has not taken it in yet. */
  line(host: string, event: HostEvent | ErrorEvent): void
  /** The demo itself has something to tell. */
  event(event: Untimed<DemoEvent>): void
}

const NAMESPACE = 'pex'

/** Serves the dashboard of a demo, on this machine alone. Fails with `PEX_LISTEN`. */
export async function openDemoDashboard(
  init: DemoSubjectInit,
  { address, isChosen }: DemoPage
): Promise<DemoDashboard> {
  const subject = new DemoSubject(init)
  const serve = (place: ListenAddress): Promise<Dashboard> =>
    serveDashboard(subject, { address: place, token: undefined })
  const { url, stop } = await serve(address).catch((error: unknown) => {
    if (isChosen) throw error
    return serve({ host: address.host, port: 0 })
  })
  return { url, stop, line: (host, event) => subject.line(host, event), event: event => subject.event(event) }
}

export class DemoSubject implements Subject {
  readonly kind = 'demo'
  readonly recorder: Recorder
  readonly resources: Subject['resources']
  readonly metrics = undefined
  readonly #init: DemoSubjectInit
  readonly #startedAt = Date.now()
  // Bounded by the hosts of the demo: where the dashboard of each is.
  readonly #dashboards = new Map<string, string>()
  readonly #traffic = new ClusterTraffic()

  constructor(init: DemoSubjectInit) {
    this.#init = init
    this.recorder = new Recorder(this.#startedAt.toString(36))
    const { model } = init
    this.resources = new Map<string, (ask: Ask) => object>([
      ['self', () => this.#self()],
      ['hosts', () => this.#hosts()],
      ['history', ({ every }) => this.recorder.history.read(every)],
      ['failures', () => this.recorder.failures],
      ['rejections', () => this.recorder.rejections],
      ['traffic', () => this.#traffic.total],
      ['degrees', () => degreesOf(model)],
      ['overlay', () => clusterOverlay(NAMESPACE, model)]
    ])
  }

  namespaces(): readonly string[] {
    return [NAMESPACE]
  }

  readonly beforeStep = async (): Promise<void> => {
    const { sent, received } = await this.#traffic.step(this.#dashboards.values())
    this.recorder.history.count('sentBytes', sent.bytes)
    this.recorder.history.count('receivedBytes', received.bytes)
  }

  /** A host has said something, and the model has not taken it in yet. */
  line(host: string, event: HostEvent | ErrorEvent): void {
    if (event.event === 'error') return
    if (event.event === 'listening' && event.dashboard !== undefined)
      this.#dashboards.set(host, event.dashboard)
    this.recorder.heard(event, { host })
  }

  /** The demo itself has something to tell. */
  event(event: Untimed<DemoEvent>): void {
    if (event.event === 'exited') this.#dashboards.delete(event.host)
    this.recorder.tell(event.event, event)
  }

  ready(): ReadyShape {
    const waiting = this.#init.model.hosts.filter(({ state }) => state !== 'up').map(({ name }) => name)
    const problems = waiting.length === 0 ? [] : [`not up: ${waiting.join(', ')}`]
    return { ready: problems.length === 0, problems }
  }

  #self(): DemoSelf {
    const { model, tick } = this.#init
    return {
      kind: 'demo',
      version: version(),
      node: process.versions.node,
      pid: process.pid,
      startedAt: this.#startedAt,
      now: Date.now(),
      namespaces: this.namespaces(),
      tick,
      hosts: model.hosts.length,
      converged: model.converged
    }
  }

  #hosts(): HostsShape {
    const { model } = this.#init
    const degrees = inDegrees(clusterOverlay(NAMESPACE, model))
    return {
      hosts: model.hosts.map((host, i) => ({
        name: host.name,
        state: host.state,
        pid: host.pid ?? null,
        id: host.id ?? null,
        knows: model.known(host),
        inDegree: degrees[i]!,
        rounds: host.rounds,
        exchanges: host.exchanges,
        dashboard: this.#dashboards.get(host.name) ?? null
      }))
    }
  }
}

function degreesOf(model: Model): DegreesShape {
  return {
    namespace: NAMESPACE,
    of: 'views',
    buckets: bucketsOf(inDegrees(clusterOverlay(NAMESPACE, model)))
  }
}
