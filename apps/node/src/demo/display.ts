/**
 * How the demo shows itself: JSON lines for programs, a live picture in a terminal, and otherwise one line for each
 * thing worth telling.
 */
import { formatDuration } from '../duration.ts'
import type { DemoEvent, ErrorEvent, HostEvent } from '../events.ts'
import { printEvent, printJson, printLine } from '../output.ts'
import type { Untimed } from '../output.ts'
import { drawBoard } from './board.ts'
import type { Model } from './model.ts'
import { painter } from '../paint.ts'
import { Screen } from './screen.ts'

export interface Display {
  /** A host has said something, and the model has not taken it in yet. */
  line(host: string, event: HostEvent | ErrorEvent): void
  event(event: Untimed<DemoEvent>): void
  close(): void
}

export interface DisplayInit {
  readonly model: () => Model
  readonly directory: string
  readonly tick: string
  /** Whether the directory is still there after convergence. */
  readonly stays: boolean
}

export function jsonDisplay(): Display {
  return {
    line: (host, event) => printJson({ ...event, host }),
    event: event => printEvent(event),
    close: () => {}
  }
}

/** A picture that changes in place. */
export function liveDisplay({ model, directory, tick }: DisplayInit): Display {
  const begin = performance.now()
  let convergedMs: number | undefined
  let wasWhole = false
  let dashboard: string | undefined
  // Bounded by the hosts of the demo: those that were lost since all had known each other.
  const lost = new Set<string>()
  const command = process.env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'pex'
  const paint = painter(process.env)
  const screen = new Screen(() => {
    const elapsedMs = performance.now() - begin
    const current = model()
    const moment = { elapsedMs, convergedMs: current.converged ? convergedMs : undefined, lost: [...lost] }
    return drawBoard({ model: current, paint, command, directory, tick, dashboard }, moment)
  })
  return {
    line: () => screen.refresh(),
    event: event => {
      if (event.event === 'exited' && convergedMs !== undefined) {
        if (wasWhole) lost.clear()
        wasWhole = false
        lost.add(event.host)
      }
      if (event.event === 'converged') {
        convergedMs = event.ms
        wasWhole = true
      }
      if (event.event === 'dashboard') dashboard = event.url
      screen.refresh()
    },
    close: () => screen.close()
  }
}

/** Lines that can be piped, logged and read later. */
export function plainDisplay({ model, directory, stays }: DisplayInit): Display {
  // Bounded by the number of hosts: what was last told of each, so that nothing is told twice.
  const told = new Map<string, number>()
  const tellKnown = (): void => {
    const current = model()
    for (const host of current.hosts) {
      const known = current.known(host)
      if (host.state !== 'up' || told.get(host.name) === known) continue
      told.set(host.name, known)
      printLine(`${host.name} knows ${known} of ${current.hosts.length - 1}`)
    }
  }
  return {
    line: (host, event) => {
      if (event.event === 'listening') printLine(`${host} listens on ${event.addrs[0] ?? 'nothing'}`)
      if (event.event === 'view') queueMicrotask(tellKnown)
    },
    event: event => {
      switch (event.event) {
        case 'dashboard':
          return printLine(`dashboard at ${event.url}`)
        case 'started':
          return printLine(`${event.host} starts as process ${event.pid}`)
        case 'exited':
          told.delete(event.host)
          return printLine(
            `${event.host} is gone (${event.signal ?? event.code}); it comes back without a bootstrap address`
          )
        case 'converged':
          tellKnown()
          printLine(`converged in ${formatDuration(event.ms)}: each of ${event.nodes} hosts knows all others`)
          return stays ? printLine(`their data directories are in ${directory}`) : undefined
      }
    },
    close: () => {}
  }
}
