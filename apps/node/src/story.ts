/**
 * A host's events as lines for people: calm, one each, and none for the heartbeat of a network that is well.
 */
import type { HostEvent } from './events.ts'
import { oneLine } from './failure.ts'
import type { Untimed } from './output.ts'

/** Why records are dropped that an honest peer may well send: no news. */
const honest: ReadonlySet<string> = new Set(['self', 'stale-seq', 'hop-over-limit', 'no-addresses'])

/** The lines to print for an event; often none. */
export function tell(event: Untimed<HostEvent>): readonly string[] {
  switch (event.event) {
    case 'listening':
      return [
        `I am ${event.id}`,
        ...event.addrs.map(address => `listening on ${address}`),
        ...(event.metrics === undefined ? [] : [`metrics at ${event.metrics}`]),
        ...(event.dashboard === undefined ? [] : [`dashboard at ${event.dashboard}`]),
        `in ${event.namespaces.join(', ')}; Ctrl-C stops`
      ]
    case 'view':
      return tellView(event)
    case 'rejected':
      if (honest.has(event.reason)) return []
      return [
        `${event.namespace}: rejected what ${short(event.peer)} sent: ${event.reason}` +
          (event.omitted === undefined ? '' : ` (and ${event.omitted} more before it)`)
      ]
    case 'failed': {
      const who = event.peer === null ? event.addrs.join(' ') : short(event.peer)
      return [`${event.namespace}: no exchange with ${oneLine(who)}: ${event.code}`]
    }
    case 'port':
      return tellPort(event)
    case 'store':
      return [oneLine(`${event.namespace ?? 'store'}: ${event.message}`)]
    case 'alarm': {
      const range = `between ${Math.round(event.low)} and ${Math.round(event.high)} hosts`
      const what = event.alarm
        ? `two counts contradict each other (${range})`
        : `the counts agree again (${range})`
      return [`${event.namespace}: ${what}`]
    }
    case 'stopping':
      return [`stopping (${event.reason})`]
    case 'stopped':
      return ['stopped']
    case 'round':
    case 'exchange':
    case 'record':
    case 'size':
      return []
  }
}

function tellPort({ outcome, inside, outside }: Extract<Untimed<HostEvent>, { event: 'port' }>): string[] {
  switch (outcome) {
    case 'mapped':
      return [`the router leads ${outside} to ${inside}`]
    case 'double-nat':
      return [`the router is behind another one: nobody outside can call ${outside}`]
    case 'refused':
      return [`the router gives no port for ${inside}; it is asked again`]
    case 'no-gateway':
      return ['no router answers (--nat upnp); it is asked again, ever less often']
    case 'given-up':
      return ['no router gives what is wanted (--nat upnp): open the ports by hand, or use a relay']
    case 'not-released':
      return ['the router has not taken a port back; it will when its time is over']
  }
}

function tellView({
  namespace,
  size,
  added,
  removed
}: Extract<Untimed<HostEvent>, { event: 'view' }>): string[] {
  const news = [...added.map(id => `+${short(id)}`), ...removed.map(id => `-${short(id)}`)]
  const shown = news.length > 6 ? `${news.slice(0, 6).join(' ')} and ${news.length - 6} more` : news.join(' ')
  return [`${namespace}: ${size} ${size === 1 ? 'peer' : 'peers'} in view ${shown}`]
}

/** The end of a peer id: its beginning is the same for all keys of a kind. */
export function short(id: string): string {
  return id.slice(-8)
}
