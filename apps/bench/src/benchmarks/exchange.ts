/** One exchange over an open libp2p connection, beside the least that libp2p itself needs for as many bytes. */
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { casm, limits } from '@pex/core'
import type { Clock, Contact, Discovery, Found, PeerRecord, Policy } from '@pex/core'
import { createVerifier } from '@pex/record'
import { memoryStore } from '@pex/store-memory'
import { pex } from '@pex/transport-libp2p'
import type { PexService } from '@pex/transport-libp2p'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { skippingClock } from '../clock.ts'
import { startHost } from '../host.ts'
import { duration, quantile } from '../measure.ts'
import { strangers } from '../peers.ts'

const NAMESPACE = 'bench'
const ECHO = '/pex-bench/echo/1.0.0'
const ECHO_BYTES = 4_096
const samples: Record<Scale, { warmUp: number; count: number }> = {
  full: { warmUp: 200, count: 1_000 },
  quick: { warmUp: 50, count: 200 },
  tiny: { warmUp: 3, count: 5 }
}

interface Host {
  readonly node: Libp2p
  readonly pex: PexService
  /** Where its rounds look for peers: records at first, and then its partner. */
  readonly source: Source
}

interface Times {
  readonly exchange: readonly number[]
  readonly echo: readonly number[]
}

export const exchange: Benchmark = {
  name: 'exchange',
  question: 'How long does one exchange take on an open connection?',
  method:
    'Two nodes in one process, TCP on loopback with noise and yamux, both views full (c = 32), memory stores. One whole round by the wall ' +
    'clock: choose, encode, open a stream, ask, verify, merge at both ends. The rival, in turn with it: a bare libp2p echo of 4 KiB on a ' +
    'new stream of the same connection. 1 000 of each after 200 to warm up. With a verifier that forgets, every record is new to both ends.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    progress('exchanges in which every record has been seen before')
    const seen = await between(scale, limits.maxVerified)
    progress('exchanges in which every record is new')
    const fresh = await between(scale, 1)
    const figure = (name: string, { exchange, echo }: Times, q: number, most?: number): Figure => ({
      name,
      value: quantile(exchange, q),
      unit: 'ms',
      rival: { name: '4 KiB echo', value: quantile(echo, q) },
      target: most === undefined ? undefined : { of: 'value', bound: 'at most', value: most }
    })
    return [
      figure('records seen before, p50', seen, 0.5, 2),
      figure('records seen before, p95', seen, 0.95, 5),
      figure('all records new, p50', fresh, 0.5),
      figure('all records new, p95', fresh, 0.95)
    ]
  },

  charts: figures => ({ '': compared('One exchange on an open connection', figures) })
}

/** Measures with verifiers that remember so many envelopes. */
async function between(scale: Scale, remembered: number): Promise<Times> {
  const records = await strangers(2 * limits.viewSize)
  const clock = skippingClock()
  const a = await start(clock, remembered, records.slice(limits.viewSize))
  const b = await start(clock, remembered, records.slice(0, limits.viewSize))
  try {
    await serveEcho(b.node)
    // The application's own connection: exchanges use it, and leave it open.
    const connection = await a.node.dial(b.node.getMultiaddrs())
    a.source.partner = { id: b.pex.id, addresses: [] }
    const { warmUp, count } = samples[scale]
    const times = { exchange: [] as number[], echo: [] as number[] }
    for (let i = 0; i < warmUp + count; i++) {
      const exchange = await duration(() => round(a, b))
      const echo = await duration(() => askEcho(connection))
      // A deadline later the responder no longer finds its caller too pushy.
      clock.skip(limits.exchangeMs)
      if (i < warmUp) continue
      times.exchange.push(exchange)
      times.echo.push(echo)
    }
    for (const { pex } of [a, b]) expectFullView(pex)
    return times
  } finally {
    await Promise.all([a.node.stop(), b.node.stop()])
  }
}

/** A policy that asks nobody by itself. */
const idle: Policy = {
  name: 'idle',
  open(ground) {
    const rules = casm().open(ground)
    rules.partners = () => 0
    return rules
  }
}

/** A host with these records in its view, whose rounds come when the benchmark says so and ask its partner alone. */
async function start(clock: Clock, remembered: number, known: readonly PeerRecord[]): Promise<Host> {
  const source = new Source(known)
  const service = pex({
    gossip: { tickMs: 3_600_000, policy: idle },
    discovery: [source],
    verifier: createVerifier({ max: remembered }),
    store: memoryStore(),
    clock
  })
  const node = await startHost({ services: { pex: service } })
  await node.services.pex.join(NAMESPACE)
  await node.services.pex.advertise(NAMESPACE)
  expectFullView(node.services.pex)
  return { node, pex: node.services.pex, source }
}

/** Brings records and nobody to call, until there is a partner; then the partner. */
class Source implements Discovery {
  partner: Contact | undefined
  readonly #records: readonly PeerRecord[]

  constructor(records: readonly PeerRecord[]) {
    this.#records = records
  }

  async *findPeers(): AsyncIterable<Found> {
    if (this.partner !== undefined) yield this.partner
    else for (const { envelope } of this.#records) yield { addresses: [], envelope }
  }
}

async function round(initiator: Host, responder: Host): Promise<void> {
  let reached: string | undefined
  const { pex } = initiator
  const hear = ({ detail }: { detail: { reached: string | undefined } }): void =>
    void (reached = detail.reached)
  pex.addEventListener('round', hear)
  await pex.advertise(NAMESPACE)
  pex.removeEventListener('round', hear)
  if (reached !== responder.pex.id) throw new Error('a round has reached nobody')
}

function expectFullView(pex: PexService): void {
  const { length } = pex.view(NAMESPACE)
  // Recovery memory pings one of the view now and then, and who is not there leaves it.
  if (length * 4 < limits.viewSize * 3)
    throw new Error(`a view has ${length} entries, not ${limits.viewSize}`)
}

function serveEcho(node: Libp2p): Promise<void> {
  return node.handle(ECHO, async stream => {
    stream.send(await readAll(stream))
    await stream.close()
  })
}

async function askEcho(connection: Connection): Promise<void> {
  const stream = await connection.newStream(ECHO)
  const answer = readAll(stream)
  stream.send(new Uint8Array(ECHO_BYTES))
  await stream.close()
  const { length } = await answer
  if (length !== ECHO_BYTES) throw new Error(`the echo of ${ECHO_BYTES} bytes has ${length}`)
}

async function readAll(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk.subarray())
  return Buffer.concat(chunks)
}
