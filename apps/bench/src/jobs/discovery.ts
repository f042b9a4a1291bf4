/**
 * How a network gets to know itself, and what it says to itself from then on: so many hosts in one process, all started at
 * once, watched from that moment, and counted over a window at the end.
 */
import { readFile } from 'node:fs/promises'
import { mean, processor, quantile } from '../measure.ts'
import { Meter } from '../meter.ts'
import { refreshing, systems } from './systems.ts'
import type { Host, SystemName } from './systems.ts'

export interface DiscoveryJob {
  readonly system: SystemName
  readonly hosts: number
  /** Longest wait between two rounds of pex; the interval of announcements of pubsub-peer-discovery. */
  readonly tickMs: number
  /** From the start to the window; where everybody is told of all, it begins when nobody dials any more. */
  readonly warmUpMs: number
  readonly windowMs: number
}

/** How long it took, in seconds from the start; undefined for what did not happen until the end. */
export interface Knowing {
  readonly median: number | undefined
  readonly last: number | undefined
  /** The share of the hosts that came to it. */
  readonly share: number
}

export interface DiscoveryResult {
  /** KiB for each host and minute, as the hosts hand them to the kernel. */
  readonly traffic: number
  /** The parts of that which are written to streams, by protocol; the rest are handshakes and framing. */
  readonly streams: Readonly<Record<string, number>>
  /** The same as the loopback device counts: with TCP's own, and whatever else the machine sent. Linux only. */
  readonly loopback: number | undefined
  /** KiB for each host from the start to the window. */
  readonly joining: number
  /** Nothing where everybody is told of all from the beginning. */
  readonly some: Knowing | undefined
  readonly all: Knowing | undefined
  /** Open connections of a host: the mean over all hosts and over the window, and the most that one had. */
  readonly connections: number
  readonly mostConnections: number
  /** Connections opened by each host and minute. */
  readonly dials: number
  /** Peers that a host knows at the end, mean. */
  readonly known: number
  /** Share of one core, in the window. */
  readonly processor: number
}

/** Enough to be well connected. */
export const SOME = 10
const LOOK_MS = 50
/** Longest wait until nobody of a network dials any more, of as many times the warm-up. */
const MOST_WARM_UPS = 4

export async function measureDiscovery(job: DiscoveryJob): Promise<DiscoveryResult> {
  const { system, hosts: count, tickMs, warmUpMs, windowMs } = job
  const meter = new Meter()
  const { hosts, start, most } = await systems[system](count, tickMs, meter)
  let opened = 0
  for (const { node } of hosts)
    node.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'outbound') opened++
    })

  const watch = most === undefined ? undefined : new Watch(hosts, [Math.min(SOME, most), most])
  const began = performance.now()
  await Promise.all([start(), sleep(warmUpMs)])
  const isDialing = (): boolean => hosts.some(({ node }) => node.getDialQueue().length > 0)
  while (most === undefined && isDialing() && performance.now() - began < MOST_WARM_UPS * warmUpMs)
    await sleep(LOOK_MS)
  const joining = meter.total / 1_024 / count

  meter.reset()
  opened = 0
  const before = { loopback: await loopbackBytes(), processor: processor(), at: performance.now() }
  const refreshes = hosts.slice(0, refreshing(count, windowMs)).map(host => host.refresh?.())
  const connections: number[] = []
  while (performance.now() - before.at < windowMs) {
    await sleep(Math.min(1_000, windowMs / 4))
    connections.push(...hosts.map(({ node }) => node.getConnections().length))
  }
  const elapsed = performance.now() - before.at
  const used = processor() - before.processor
  const share = (amount: number): number => (amount * 60_000) / elapsed / count
  const loopback = share(((await loopbackBytes()) - before.loopback) / 1_024)
  watch?.stop()
  const result = {
    traffic: share(meter.total / 1_024),
    streams: Object.fromEntries(meter.streams.map(([protocol, bytes]) => [protocol, share(bytes / 1_024)])),
    loopback: Number.isFinite(loopback) ? loopback : undefined,
    joining,
    some: watch?.knowing(0),
    all: watch?.knowing(1),
    connections: mean(connections),
    mostConnections: Math.max(...connections),
    dials: share(opened),
    known: mean(hosts.map(host => host.known())),
    processor: used / elapsed
  }
  await Promise.all(refreshes)
  await Promise.all(hosts.map(({ node }) => node.stop()))
  return result
}

/** Looks again and again how many others everybody knows, and remembers when they were as many as asked for. */
class Watch {
  readonly #hosts: readonly Host[]
  readonly #marks: readonly number[]
  /** By mark, seconds from the start: one entry for each host that has reached it. Bounded by the hosts. */
  readonly #reached: readonly Map<Host, number>[]
  readonly #timer: NodeJS.Timeout

  constructor(hosts: readonly Host[], marks: readonly number[]) {
    this.#hosts = hosts
    this.#marks = marks
    this.#reached = marks.map(() => new Map())
    const began = performance.now()
    this.#timer = setInterval(() => this.#look((performance.now() - began) / 1_000), LOOK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  knowing(mark: number): Knowing {
    const times = this.#hosts.map(host => this.#reached[mark]!.get(host) ?? Infinity)
    const finite = (seconds: number): number | undefined => (Number.isFinite(seconds) ? seconds : undefined)
    return {
      median: finite(quantile(times, 0.5)),
      last: finite(Math.max(...times)),
      share: times.filter(Number.isFinite).length / times.length
    }
  }

  #look(seconds: number): void {
    for (const host of this.#hosts) {
      const known = host.known()
      for (const [i, mark] of this.#marks.entries()) {
        const reached = this.#reached[i]!
        if (known >= mark && !reached.has(host)) reached.set(host, seconds)
      }
    }
  }
}

/** Bytes that the loopback device has carried; no number where the system does not tell. */
async function loopbackBytes(): Promise<number> {
  const devices = await readFile('/proc/net/dev', 'utf8').catch(() => '')
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)?.[1] ?? NaN)
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
