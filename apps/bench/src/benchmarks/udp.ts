/** An exchange over datagrams, beside the same over libp2p and beside the least that a datagram socket needs for the bytes. */
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Contact, Handler, Transport, Verifier } from '@pex/core'
import { isRejection } from '@pex/core'
import { createVerifier } from '@pex/record'
import { libp2pTransport } from '@pex/transport-libp2p'
import { udpLimits, udpTransport } from '@pex/transport-udp'
import type { UdpTransport } from '@pex/transport-udp'
import { decodeQuestion, encodeMessage } from '@pex/wire'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure } from '../figure.ts'
import { startHost } from '../host.ts'
import { microsPerWait } from '../measure.ts'
import { messageOf, strangers } from '../peers.ts'

const PROTOCOL = '/pex-bench/exchange/1.0.0'
const RECORDS = 16
/** Exchanges, or rounds of hostile datagrams, between two looks at the clock. */
const CALLS = 20
const HOSTILE = 64
const LISTEN = ['/ip4/127.0.0.1/udp/0/noise']

export const udp: Benchmark = {
  name: 'udp',
  question: 'What does an exchange cost over UDP, and a datagram that is refused?',
  method:
    `Two hosts in one process on loopback, one exchange after the other: a message of ${RECORDS} records each way, decoded and verified ` +
    'at both ends, every record remembered. The same over libp2p (TCP, noise, yamux, an open connection), and a bare dgram echo of the same ' +
    'bytes in datagrams of the same size. Hostile datagrams come from a socket in the same process, whose work is counted as ours. ' +
    'Processor time of all threads, both ends together; median of 15 runs of at least 100 ms.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const descriptors = messageOf(await strangers(RECORDS))
    const body = encodeMessage({ type: 'ask', exchange: 1, settles: true, descriptors, averages: [] })
    const verifier = createVerifier()
    for (const { record } of descriptors) await verifier.verify(record.envelope)
    const perSecond = async (once: () => Promise<void>): Promise<number> => {
      const micros = await microsPerWait(scale, CALLS, async () => {
        for (let i = 0; i < CALLS; i++) await once()
      })
      return 1_000_000 / micros
    }
    progress('exchanges over UDP')
    const ours = await withUdp((ask, serve) => exchanging(ask, serve, body, verifier, perSecond))
    progress('exchanges over libp2p')
    const libp2p = await withLibp2p((ask, serve) => exchanging(ask, serve, body, verifier, perSecond))
    progress('bare echo')
    const echo = await bareEcho(body.length, perSecond)
    const figure = (name: string, rival: Figure['rival'], target?: Figure['target']): Figure => ({
      name,
      value: ours,
      unit: '/s per core',
      rival,
      target
    })
    progress('hostile datagrams')
    return [
      figure(
        'exchanges, against libp2p',
        { name: 'libp2p', value: libp2p },
        { of: 'ratio', bound: 'at least', value: 5 }
      ),
      figure('exchanges, against the bytes alone', { name: 'bare dgram echo', value: echo }),
      await refused('datagrams refused: no session', perSecond, () => junk(5, 100)),
      await refused(
        'datagrams refused: no network key',
        perSecond,
        () => junk(1, udpLimits.helloBytes),
        new Uint8Array(32)
      ),
      await refused('datagrams refused: hello without cookie, challenged', perSecond, () =>
        junk(1, udpLimits.helloBytes)
      )
    ]
  },

  charts: figures => ({ '': compared('Exchanges a second on one core', figures) })
}

type PerSecond = (once: () => Promise<void>) => Promise<number>
type Ask = (body: Uint8Array) => Promise<Uint8Array>
type Serve = (handler: Handler) => Promise<void>

async function exchanging(
  ask: Ask,
  serve: Serve,
  body: Uint8Array,
  verifier: Verifier,
  perSecond: PerSecond
): Promise<number> {
  await serve(async (_from, question) => {
    take(question, verifier)
    return body
  })
  return perSecond(async () => take(await ask(body), verifier))
}

/** Decodes and verifies, as both ends of an exchange do; everything has been seen before. */
function take(body: Uint8Array, verifier: Verifier): void {
  const message = decodeQuestion(body)
  if (isRejection(message) || message.type !== 'ask') throw new Error('an honest message was rejected')
  for (const { envelope } of message.claims)
    if (verifier.verify(envelope) instanceof Promise) throw new Error('an envelope has been forgotten')
}

async function between(
  asker: Transport,
  responder: Transport,
  contact: () => Contact,
  measure: (ask: Ask, serve: Serve) => Promise<number>
): Promise<number> {
  const { signal } = new AbortController()
  return measure(
    async body => (await asker.request(contact(), PROTOCOL, body, { signal })).body,
    handler => responder.handle(PROTOCOL, handler)
  )
}

async function newUdp(networkKey?: Uint8Array): Promise<UdpTransport> {
  const transport = udpTransport({ privateKey: await generateKeyPair('Ed25519'), listen: LISTEN, networkKey })
  await transport.start()
  return transport
}

async function withUdp(measure: (ask: Ask, serve: Serve) => Promise<number>): Promise<number> {
  const [asker, responder] = [await newUdp(), await newUdp()]
  try {
    const contact = { id: responder.id, addresses: responder.addresses() }
    return await between(asker, responder, () => contact, measure)
  } finally {
    await Promise.all([asker.stop(), responder.stop()])
  }
}

async function withLibp2p(measure: (ask: Ask, serve: Serve) => Promise<number>): Promise<number> {
  const service = {
    transport: (components: Parameters<typeof libp2pTransport>[0]) => libp2pTransport(components)
  }
  const [a, b] = [await startHost({ services: service }), await startHost({ services: service })]
  try {
    await a.dial(b.getMultiaddrs())
    const contact = { id: b.peerId.toString(), addresses: b.getMultiaddrs().map(String) }
    return await between(a.services.transport, b.services.transport, () => contact, measure)
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

async function bound(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { socket, port: socket.address().port }
}

/** So many bytes there and back, in datagrams as long as ours. */
async function bareEcho(bytes: number, perSecond: PerSecond): Promise<number> {
  const [a, b] = [await bound(), await bound()]
  const count = Math.ceil(bytes / udpLimits.fragmentBytes)
  const datagram = new Uint8Array(Math.ceil(bytes / count))
  let back = 0
  let all = (): void => {}
  b.socket.on('message', (message, { port }) => b.socket.send(message, port, '127.0.0.1'))
  a.socket.on('message', () => {
    if (++back % count === 0) all()
  })
  try {
    return await perSecond(() => {
      const echoed = new Promise<void>(resolve => (all = resolve))
      for (let i = 0; i < count; i++) a.socket.send(datagram, b.port, '127.0.0.1')
      return echoed
    })
  } finally {
    a.socket.close()
    b.socket.close()
  }
}

/** A datagram of a kind and length, otherwise chance; a hello is filled up as it has to be. */
function junk(kind: number, length: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  bytes.set([kind, 0, 0, 0])
  if (kind === 1) bytes.fill(0, 8, 24).fill(0, 72)
  if (kind === 5) bytes.fill(0, 8, 12)
  return bytes
}

async function refused(
  name: string,
  perSecond: PerSecond,
  hostile: () => Uint8Array,
  networkKey?: Uint8Array
): Promise<Figure> {
  const target = await newUdp(networkKey)
  const { socket } = await bound()
  const port = Number(target.addresses()[0]!.split('/')[4])
  const datagram = hostile()
  if (networkKey === undefined && datagram[0] === 1) datagram.fill(0, 56)
  // A whole batch has been seen when what stands behind it has been dropped: a datagram that is too short.
  const seen = (): number => target.rejections['too-short'] ?? 0
  try {
    const batches = await perSecond(async () => {
      const before = seen()
      for (let i = 0; i < HOSTILE; i++) socket.send(datagram, port, '127.0.0.1')
      socket.send(new Uint8Array(1), port, '127.0.0.1')
      while (seen() === before) await new Promise(resolve => setImmediate(resolve))
    })
    if (target.census.sessions + target.census.pending > 0) throw new Error('something was kept')
    return {
      name,
      value: batches * HOSTILE,
      unit: '/s per core',
      target: { of: 'value', bound: 'at least', value: 50_000 }
    }
  } finally {
    socket.close()
    await target.stop()
  }
}
