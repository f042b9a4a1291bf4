/**
 * The network that Shadow is to simulate: places, and what lies between any two of them, as a graph in GML with the
 * attributes that Shadow reads (its "network graph specification"). Decided by the seed alone.
 */
import { between } from '@pex/core'
import { seededRng } from '@pex/sim'
import type { ShadowSettings } from './shadow-settings.ts'

/** Between hosts of one place, ms: a city. */
const localMs = 1

/**
 * A complete graph, loops included, as Shadow demands where packets follow the direct edge. The latency of an edge is drawn
 * evenly from the range.
 */
export function graphOf({ places, latencyMs, loss, bandwidthMbit, seed }: ShadowSettings): string {
  const rng = seededRng(seed)
  const lines = ['graph [', '  directed 0']
  for (let place = 0; place < places; place++)
    lines.push(
      '  node [',
      `    id ${place}`,
      `    host_bandwidth_down "${bandwidthMbit} Mbit"`,
      `    host_bandwidth_up "${bandwidthMbit} Mbit"`,
      '  ]'
    )
  for (let source = 0; source < places; source++)
    for (let target = source; target < places; target++) {
      // Drawn also where it is not used: the other edges stay as they are.
      const drawn = between(rng, latencyMs.least, latencyMs.most)
      const isLocal = source === target && places > 1
      const ms = isLocal ? Math.min(localMs, latencyMs.least) : drawn
      lines.push(
        '  edge [',
        `    source ${source}`,
        `    target ${target}`,
        // Whole units alone: Shadow takes no fractions.
        `    latency "${Math.round(ms * 1_000)} us"`,
        // GML tells numbers with a fraction from those without.
        `    packet_loss ${Number.isInteger(loss) ? loss.toFixed(1) : loss}`,
        '  ]'
      )
    }
  return `${[...lines, ']'].join('\n')}\n`
}

/**
 * The address of a host: public, and in a /16 of its own, as strangers on the internet are, so that no rule about
 * netgroups stands in the way.
 */
export function ipOf(host: number): string {
  return `${firstOctet + (host >> 8)}.${host & 255}.0.1`
}

/** From here on forty first octets in a row hold nothing but public addresses. */
const firstOctet = 20

/** The place of a host: all in turn. */
export function placeOf(host: number, { places }: ShadowSettings): number {
  return host % places
}
