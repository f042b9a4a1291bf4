/** What a seed tells, as JSON lines for programs and as lines for people. */
import type { PexEvent, SeedEvent, SeedStatus } from '@pex/cometbft'
import type { Place, SwitchEvent } from '@pex/switch'
import { formatDuration } from '../duration.ts'
import { oneLine } from '../failure.ts'

/** A JSON line of `pex seed --json`; README.md explains each. */
export interface SeedLine {
  readonly event: string
  readonly [field: string]: unknown
}

export function lineOf(event: SeedEvent): SeedLine {
  switch (event.kind) {
    case 'book-loaded': {
      const { size, banned, problems, setAside } = event
      return { event: 'book-loaded', size, banned, problems, setAside: setAside ?? null }
    }
    case 'book-saved':
      return { event: 'book-saved', size: event.size }
    case 'book-failed':
      return { event: 'book-failed', message: messageOf(event.error) }
    case 'pex':
      return pexLine(event.event)
    case 'switch':
      return switchLine(event.event)
  }
}

function pexLine(event: PexEvent): SeedLine {
  switch (event.kind) {
    case 'reached':
      return { event: 'reached', id: event.address.id, addr: placeText(event.address) }
    case 'missed':
      return { event: 'missed', id: event.address.id, addr: placeText(event.address), refusal: event.refusal }
    case 'failed':
      return { event: 'fault', message: messageOf(event.cause) }
    default: {
      const { kind, ...fields } = event
      return { event: kind, ...fields }
    }
  }
}

function switchLine(event: SwitchEvent): SeedLine {
  switch (event.kind) {
    case 'listening':
      return { event: 'listening', addr: placeText(event.place) }
    case 'peer-added': {
      const { id, direction, socket, nodeInfo } = event.peer
      const { moniker, version } = nodeInfo
      return { event: 'peer-added', id, direction, addr: placeText(socket), moniker, version }
    }
    case 'peer-removed': {
      const { id, direction, socket } = event.peer
      const reason = event.reason === undefined ? null : messageOf(event.reason)
      return { event: 'peer-removed', id, direction, addr: placeText(socket), reason }
    }
    case 'refused':
      return {
        event: 'refused',
        direction: event.direction,
        addr: placeText(event.place),
        refusal: event.error.refusal
      }
    case 'reconnecting':
      return { event: 'reconnecting', id: event.id, attempt: event.attempt, waitMs: event.waitMs }
    case 'fault':
      return { event: 'fault', message: messageOf(event.error) }
  }
}

/** How the seed stands, as a line. */
export function statusLine(status: SeedStatus): SeedLine {
  const { listening, saves, ...rest } = status
  return {
    event: 'status',
    ...rest,
    listening: listening.map(placeText),
    saves: { ...saves, lastAt: saves.lastAt ?? null }
  }
}

/** The line for people; nothing for what happens all the time. */
export function tellSeed(event: SeedEvent): string | undefined {
  switch (event.kind) {
    case 'book-loaded': {
      const { size, banned, problems, setAside } = event
      if (setAside !== undefined) return `the book was none; it is now ${oneLine(setAside)}`
      const wrong = problems === 0 ? '' : `; ${problems} entries were wrong and are left out`
      return `the book holds ${size} nodes, ${banned} are banned${wrong}`
    }
    case 'book-failed':
      return `the book cannot be saved: ${messageOf(event.error)}`
    case 'book-saved':
      return undefined
    case 'pex':
      return tellPex(event.event)
    case 'switch':
      if (event.event.kind === 'listening') return `listening on ${placeText(event.event.place)}`
      return event.event.kind === 'fault' ? `fault: ${messageOf(event.event.error)}` : undefined
  }
}

const offences: Partial<Record<string, string>> = {
  'too-often': 'it asks too often',
  unsolicited: 'it names addresses that nobody asked for',
  'bad-list': 'its list is none'
}

function tellPex(event: PexEvent): string | undefined {
  if (event.kind === 'no-seed') return 'none of the seeds can be reached'
  if (event.kind === 'failed') return `fault: ${messageOf(event.cause)}`
  if (event.kind !== 'banned') return undefined
  const why = offences[event.reason]
  return why === undefined ? undefined : `banned ${event.id}: ${why}`
}

/** "up 3 min 0 s: 12 in, 3 out; 812 known, 340 met, 310 shown; 5 banned; 1 204 answers given, 12 nodes refused" */
export function statusText({ uptimeMs, peers, book, pex, refusals }: SeedStatus): string {
  const refused = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  return [
    `up ${formatDuration(uptimeMs)}: ${peers.inbound} in, ${peers.outbound} out`,
    `${book.fresh + book.tried} known, ${book.tried} met, ${book.showable} shown`,
    `${book.banned} banned`,
    `${pex.events.served} answers given, ${refused} connections refused`
  ].join('; ')
}

export function placeText({ ip, port }: Place): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error))
}
