/** How hosts get to know each other, and what it costs them: peer exchange beside what js-libp2p's users have today. */
import { limits } from '@pex/core'
import { over } from '../charts/over.ts'
import type { Labels } from '../charts/over.ts'
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale, Target } from '../figure.ts'
import { SOME } from '../jobs/discovery.ts'
import type { DiscoveryJob, DiscoveryResult } from '../jobs/discovery.ts'

interface Size extends Omit<DiscoveryJob, 'system' | 'hosts'> {
  readonly networks: readonly number[]
}

const sizes: Record<Scale, Size> = {
  full: { networks: [20, 40, 80], tickMs: 10_000, warmUpMs: 30_000, windowMs: 40_000 },
  quick: { networks: [10, 20], tickMs: 10_000, warmUpMs: 10_000, windowMs: 10_000 },
  tiny: { networks: [3, 4], tickMs: 100, warmUpMs: 300, windowMs: 300 }
}

const [FIRST, ...OTHERS] = ['pubsub-peer-discovery', 'kad-dht', 'bootstrap'] as const
const EXCHANGE = '/pex/1.0.0/bench'
const IDENTIFY = '/ipfs/id/1.0.0'
const PER_MINUTE = 'KiB/host/min'

/** What all four are measured in at one size. */
interface Network {
  readonly hosts: number
  readonly results: Readonly<Record<DiscoveryJob['system'], DiscoveryResult>>
}

interface Measure {
  readonly name: string
  readonly unit: string
  readonly of: (result: DiscoveryResult) => number | undefined
  readonly target?: Target
}

const SOME_MEDIAN = `until the median host knows ${SOME} others`
const TRAFFIC = 'traffic'
const CONNECTIONS = 'open connections, mean'

const measures: readonly Measure[] = [
  { name: TRAFFIC, unit: PER_MINUTE, of: ({ traffic }) => traffic, target: most(40) },
  {
    name: 'traffic by the loopback device',
    unit: PER_MINUTE,
    of: ({ loopback }) => loopback,
    target: most(40)
  },
  { name: 'traffic before the window', unit: 'KiB/host', of: ({ joining }) => joining },
  { name: SOME_MEDIAN, unit: 's', of: ({ some }) => some?.median },
  { name: `until the last host knows ${SOME} others`, unit: 's', of: ({ some }) => some?.last },
  { name: 'until the median host knows all it can', unit: 's', of: ({ all }) => all?.median },
  { name: 'until the last host knows all it can', unit: 's', of: ({ all }) => all?.last },
  { name: 'hosts that came to know all they can', unit: '%', of: ({ all }) => all && all.share * 100 },
  { name: 'peers known, mean', unit: 'peers', of: ({ known }) => known },
  { name: CONNECTIONS, unit: 'per host', of: ({ connections }) => connections, target: most(8) },
  {
    name: 'open connections, most of one host',
    unit: 'connections',
    of: ({ mostConnections }) => mostConnections
  },
  { name: 'connections opened', unit: '/host/min', of: ({ dials }) => dials },
  { name: 'processor, all hosts together', unit: '% of a core', of: ({ processor }) => processor * 100 }
]

export const discovery: Benchmark = {
  name: 'discovery',
  question:
    'How soon do the hosts of a network know each other, what does it cost them, and does that grow with it?',
  method:
    'Networks of 20, 40 and 80 hosts over TCP on loopback with noise, yamux and identify, each network in a process of its own. Everybody is ' +
    'started at once, and watched for 70 s from then on; the last 40 s are the window in which traffic, connections and processor are counted. ' +
    'pex: tick of 10 s, thirty times quicker than its default (each wait is drawn from 5 to 10 s), all told of one first host; a host knows its ' +
    `view, which holds ${limits.viewSize} at most. The rivals have their defaults, but that nobody is given up for being slow, since all share a processor; a ` +
    'host knows whom its peer store has an address of. @libp2p/pubsub-peer-discovery over gossipsub, interval 10 s, on a ring of degree 4, for it ' +
    'connects to nobody by itself; nobody dials whom it hears of. @libp2p/kad-dht: servers that take loopback addresses, all told of one first host ' +
    'by bootstrap; a host fills its table anew and looks for itself every five minutes, so as many do in the window as would in the mean of all ' +
    'windows. @libp2p/bootstrap: everybody has the list of everybody from the beginning, so there is nothing to find out; the module dials the ' +
    'list, one host half a second after the other, and the window begins when nobody dials any more. Traffic is counted where libp2p sends ' +
    'it (encrypted, handshakes and pings included), once for each byte. The rows "by the loopback device" have the headers and ' +
    'acknowledgements of TCP besides, which more than double many small writes, and all else that the machine said to itself meanwhile; the ' +
    'target is for either count. Without --quick this takes a quarter of an hour.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const { networks, ...job } = sizes[scale]
    const measured: Network[] = []
    for (const hosts of networks) {
      const measure = (system: DiscoveryJob['system']): Promise<DiscoveryResult> => {
        progress(`${hosts} hosts with ${system}, about ${Math.ceil((job.warmUpMs + job.windowMs) / 1_000)} s`)
        return inChild('discovery', { system, hosts, ...job })
      }
      const pex = await measure('pex')
      const flood = await measure(FIRST)
      const results = {
        pex,
        [FIRST]: flood,
        'kad-dht': await measure('kad-dht'),
        bootstrap: await measure('bootstrap')
      }
      measured.push({ hosts, results })
    }
    return [...measured.flatMap(figuresOf), ...growth(measured.slice(-2)), ...measured.flatMap(parts)]
  },

  charts: figures => ({
    traffic: chart(figures, TRAFFIC, {
      title: 'Traffic of a host in a network that has settled',
      y: 'KiB a minute',
      isLogarithmic: true
    }),
    time: chart(figures, SOME_MEDIAN, {
      title: `From the start of all hosts until the median one knows ${SOME} others`,
      y: 'seconds',
      isLogarithmic: true
    }),
    connections: chart(figures, CONNECTIONS, {
      title: 'Open connections of a host, mean',
      y: 'connections',
      isLogarithmic: false
    })
  })
}

function most(value: number): Target {
  return { of: 'value', bound: 'at most', value }
}

/** What did not happen in time is no figure: the shares tell of that. */
function figuresOf({ hosts, results }: Network): Figure[] {
  return measures.flatMap(({ name, unit, of, target }): Figure[] => {
    const value = of(results.pex)
    if (value === undefined) return []
    const rivals = [FIRST, ...OTHERS].flatMap(system => {
      const theirs = of(results[system])
      return theirs === undefined ? [] : [{ name: system, value: theirs }]
    })
    const [rival, ...others] = rivals
    return [{ name: nameOf(hosts, name), value, unit, rival, others, target }]
  })
}

function growth([small, large]: readonly Network[]): Figure[] {
  if (small === undefined || large === undefined) return []
  const times = (system: DiscoveryJob['system']): number =>
    large.results[system].traffic / small.results[system].traffic
  return [
    {
      name: `growth from ${small.hosts} to ${large.hosts} hosts`,
      value: times('pex'),
      unit: 'times',
      rival: { name: FIRST, value: times(FIRST) },
      others: OTHERS.map(name => ({ name, value: times(name) })),
      target: most(1.1)
    }
  ]
}

/** Of what our traffic consists. */
function parts({ hosts, results: { pex } }: Network): Figure[] {
  const { [EXCHANGE]: exchanges = 0, [IDENTIFY]: identify = 0 } = pex.streams
  const figure = (name: string, value: number): Figure => ({
    name: nameOf(hosts, `of the traffic, ${name}`),
    value,
    unit: PER_MINUTE
  })
  return [
    figure('exchanges', exchanges),
    figure('identify', identify),
    figure('handshakes, pings and framing', pex.traffic - exchanges - identify)
  ]
}

function nameOf(hosts: number, measure: string): string {
  return `${hosts} hosts: ${measure}`
}

/** One measure of all four over the sizes of the networks. */
function chart(figures: readonly Figure[], measure: string, labels: Omit<Labels, 'x'>): string {
  const measured = ['pex', FIRST, ...OTHERS].flatMap(name =>
    figures.flatMap(figure => {
      const [size, rest] = figure.name.split(' hosts: ')
      const value = valuesOf(figure).get(name)
      return rest === measure && value !== undefined ? [{ name, size: Number(size), value }] : []
    })
  )
  return over({ ...labels, x: 'hosts' }, measured)
}

function valuesOf({ value, rival, others = [] }: Figure): ReadonlyMap<string, number> {
  const rivals = rival === undefined ? others : [rival, ...others]
  return new Map([['pex', value], ...rivals.map(each => [each.name, each.value] as const)])
}
