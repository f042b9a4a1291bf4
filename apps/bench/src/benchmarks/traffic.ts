/** What a whole network costs: traffic, connections and processor, beside the flood that js-libp2p's users know. */
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import type { TrafficJob, TrafficResult } from '../jobs/traffic.ts'

interface Size extends Omit<TrafficJob, 'system' | 'hosts'> {
  readonly few: number
  readonly many: number
}

const sizes: Record<Scale, Size> = {
  full: { few: 40, many: 80, tickMs: 10_000, warmUpMs: 20_000, windowMs: 60_000 },
  quick: { few: 10, many: 20, tickMs: 10_000, warmUpMs: 10_000, windowMs: 20_000 },
  tiny: { few: 3, many: 4, tickMs: 100, warmUpMs: 100, windowMs: 300 }
}

/** The two systems at one size. */
interface Pair {
  readonly hosts: number
  readonly pex: TrafficResult
  readonly flood: TrafficResult
}

const RIVAL = 'pubsub-peer-discovery'
const EXCHANGE = '/pex/1.0.0/bench'
const IDENTIFY = '/ipfs/id/1.0.0'
const PER_MINUTE = 'KiB/host/min'

export const traffic: Benchmark = {
  name: 'traffic',
  question: 'What does a network cost each of its hosts, and does that grow with it?',
  method:
    'Networks of 40 and of 80 hosts over TCP on loopback, each in a process of its own; 20 s to settle, then a window of 60 s. pex: tick of ' +
    '10 s (each wait is drawn from 5 to 10 s), all told of one first host. The rival: @libp2p/pubsub-peer-discovery over gossipsub, interval ' +
    '10 s, on a ring of degree 4. Counted where libp2p sends it (encrypted, handshakes and pings included), once for each byte. The rows ' +
    '"by the loopback device" have the headers and acknowledgements of TCP besides, which more than double many small writes, and all else ' +
    'that the machine said to itself meanwhile; the target is for either count. Without --quick this takes six minutes.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const { few, many, ...job } = sizes[scale]
    const measure = (system: TrafficJob['system'], hosts: number): Promise<TrafficResult> => {
      progress(`${hosts} hosts with ${system}, about ${Math.ceil((job.warmUpMs + job.windowMs) / 1_000)} s`)
      return inChild('traffic', { system, hosts, ...job })
    }
    const pair = async (hosts: number): Promise<Pair> => {
      const pex = await measure('pex', hosts)
      return { hosts, pex, flood: await measure(RIVAL, hosts) }
    }
    const small = await pair(few)
    const large = await pair(many)
    const growth = {
      name: `growth from ${few} to ${many} hosts`,
      value: large.pex.traffic / small.pex.traffic,
      unit: 'times',
      rival: { name: RIVAL, value: large.flood.traffic / small.flood.traffic },
      target: { of: 'value', bound: 'at most', value: 1.1 }
    } as const
    return [...judged(small), ...judged(large), growth, ...details(small), ...details(large)]
  }
}

/** What there are targets for. */
function judged({ hosts, pex, flood }: Pair): Figure[] {
  const traffic = (name: string, ours: number, theirs: number): Figure => ({
    name: `${hosts} hosts: ${name}`,
    value: ours,
    unit: PER_MINUTE,
    rival: { name: RIVAL, value: theirs },
    target: { of: 'value', bound: 'at most', value: 40 }
  })
  const isTold = pex.loopback !== undefined && flood.loopback !== undefined
  return [
    traffic('traffic', pex.traffic, flood.traffic),
    ...(isTold ? [traffic('traffic by the loopback device', pex.loopback, flood.loopback)] : []),
    {
      name: `${hosts} hosts: open connections, mean`,
      value: pex.connections,
      unit: 'per host',
      rival: { name: `${RIVAL} (its ring)`, value: flood.connections },
      target: { of: 'value', bound: 'at most', value: 8 }
    }
  ]
}

/** What explains it. */
function details({ hosts, pex, flood }: Pair): Figure[] {
  const { [EXCHANGE]: exchanges = 0, [IDENTIFY]: identify = 0 } = pex.streams
  const figure = (name: string, value: number, unit: string, rival?: number): Figure => ({
    name: `${hosts} hosts: ${name}`,
    value,
    unit,
    rival: rival === undefined ? undefined : { name: RIVAL, value: rival }
  })
  return [
    figure('of the traffic, exchanges', exchanges, PER_MINUTE),
    figure('of the traffic, identify', identify, PER_MINUTE),
    figure('of the traffic, handshakes, pings and framing', pex.traffic - exchanges - identify, PER_MINUTE),
    figure('connections opened', pex.dials, '/host/min', undefined),
    figure('open connections, most of one host', pex.mostConnections, 'connections', flood.mostConnections),
    figure('peers known, mean', pex.known, 'peers', flood.known),
    figure('processor, all hosts together', pex.processor * 100, '% of a core', flood.processor * 100)
  ]
}
