/**
 * One host's life: it is put together, answers on its control socket and its pages, starts, tells what happens, and stops in the
 * opposite order.
 */
import type { Pex } from '@pex/service'
import { probeListen } from './addresses.ts'
import { answerQuestion } from './answers.ts'
import { assemble } from './assembly.ts'
import type { Settings } from './config.ts'
import { serveControl } from './control.ts'
import { dashboardAccess } from './dashboard/access.ts'
import type { Access } from './dashboard/access.ts'
import type { HostDashboard, HostSubjectInit } from './dashboard/host.ts'
import { openDataDirectory } from './data-directory.ts'
import type { HostEvent } from './events.ts'
import type { HostMetrics } from './metrics.ts'
import type { Untimed } from './output.ts'
import { reportEvents } from './report.ts'
import { sparing } from './sparing.ts'

export type Emit = (event: Untimed<HostEvent>) => void

export interface Host {
  readonly id: string
  /** Stops everything and writes what is unwritten. */
  stop(): Promise<void>
}

/**
 * Starts a host and reports everything that happens in it; `listening` is the first event. Fails with a `Failure` or a
 * `PexError`, and leaves nothing running then.
 */
export async function startHost(settings: Settings, emit: Emit): Promise<Host> {
  const access = dashboardAccess(settings)
  const directory = openDataDirectory(settings.data)
  await probeListen(settings.listen)
  const gate = new Gate(emit)
  const { id, pex, host, book, counted, addresses, stopSources } = await assemble(
    settings,
    directory,
    gate.emit
  )
  reportEvents(pex, sparing(gate.emit))
  let silence: (() => Promise<void>) | undefined
  let page: string | undefined
  let board: HostDashboard | undefined
  try {
    // First, because it is what keeps a second host out of the directory, whatever its store.
    silence = await serveControl(directory, question =>
      answerQuestion({ pex, running: true, addrs: addresses() }, question)
    )
    page = settings.metrics && (await counted?.serve(settings.metrics))
    // It answers while the host starts, and says that it is not ready.
    board = await boardOf(access, { pex, settings, counted, addresses, book: () => book.counts })
    await host.start()
    board?.started()
  } catch (error) {
    await Promise.allSettled([silence?.(), board?.stop(), counted?.stop(), host.stop(), stopSources()])
    throw error
  }
  gate.open(
    {
      event: 'listening',
      id,
      addrs: addresses(),
      namespaces: settings.namespace,
      ...(page === undefined ? {} : { metrics: page }),
      ...(board === undefined ? {} : { dashboard: board.url })
    },
    settings.namespace.map(namespace => viewOf(pex, namespace)).filter(({ size }) => size > 0)
  )
  return {
    id,
    stop: async () => {
      await silence()
      await board?.stop()
      await counted?.stop()
      await host.stop()
      await stopSources()
    }
  }
}

/** The dashboard, where the settings want one; what that takes is loaded only then. */
async function boardOf(
  access: Access | undefined,
  { counted, ...parts }: Omit<HostSubjectInit, 'counted'> & { counted: HostMetrics | undefined }
): Promise<HostDashboard | undefined> {
  if (access === undefined || counted === undefined) return undefined
  const { openHostDashboard } = await import('./dashboard/host.ts')
  return openHostDashboard({ ...parts, counted }, access)
}

/** The whole view as the first change of it: what a restart has brought back. */
function viewOf(
  service: Pick<Pex, 'view'>,
  namespace: string
): Extract<Untimed<HostEvent>, { event: 'view' }> {
  const added = service.view(namespace).map(peer => peer.id)
  return { event: 'view', namespace, size: added.length, added, removed: [] }
}

/** Holds events back until the first one has been said, and with it what the views are by then. */
class Gate {
  readonly #emit: Emit
  // Bounded: what a start brings forth, before any peer can be heard of.
  #held: Untimed<HostEvent>[] | undefined = []

  constructor(emit: Emit) {
    this.#emit = emit
  }

  readonly emit: Emit = event => {
    if (this.#held === undefined) this.#emit(event)
    else this.#held.push(event)
  }

  open(first: Untimed<HostEvent>, views: readonly Untimed<HostEvent>[]): void {
    const held = this.#held ?? []
    this.#held = undefined
    // The views hold what changes of them have been held back.
    for (const event of [first, ...views, ...held.filter(each => each.event !== 'view')]) this.#emit(event)
  }
}
