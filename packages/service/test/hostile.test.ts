import { limits } from '@pex/core'
import type { Ask, Descriptor, PeerRecord, Question, RejectionReason } from '@pex/core'
import { createSigner } from '@pex/record'
import { protocolOf } from '@pex/service'
import type { Pex } from '@pex/service'
import { decodeResponse, encodeMessage } from '@pex/wire'
import { PeerRecord as Libp2pRecord, RecordEnvelope } from '@libp2p/peer-record'
import type { MemoryTransport } from '@pex/transport-memory'
import { describe, expect, it } from 'vitest'
import { contact, keyOf, TICK, world } from './world.ts'
import type { World } from './world.ts'

/** An honest host, and a stranger who speaks bytes. */
async function scene(): Promise<
  World & { honest: Pex; stranger: MemoryTransport; own: PeerRecord; send: Send }
> {
  const w = world()
  const honest = await w.host({ namespaces: ['x'] })
  await honest.start()
  const signer = createSigner(await keyOf(100))
  const stranger = w.links.transport(signer.id)
  await stranger.start()
  const own = await signer.sign(['/memory/stranger'], 1n)
  const send: Send = async (body, question = asked()) => {
    const request = stranger.request(contact(honest), protocolOf('x'), body, {
      signal: AbortSignal.timeout(60_000)
    })
    await w.clock.advance(10)
    return decodeResponse((await request).body, question)
  }
  return { ...w, honest, stranger, own, send }
}

/** Sends bytes and reads what comes back, by default as the answer to an ask. */
type Send = (body: Uint8Array, question?: Question) => Promise<unknown>

let exchanges = 0

/** An ask that will not be settled: both sides merge. */
function asked(...descriptors: Descriptor[]): Ask {
  return { type: 'ask', exchange: ++exchanges, settles: false, descriptors, averages: [] }
}

const encodeAsk = (descriptors: readonly Descriptor[]): Uint8Array => encodeMessage(asked(...descriptors))

const described = (...records: PeerRecord[]): Descriptor[] =>
  records.map((record, i) => ({ record, hop: i === records.length - 1 ? 0 : 1 }))

async function recordOf(number: number, seq = 1n): Promise<PeerRecord> {
  return createSigner(await keyOf(number)).sign([`/memory/${number}`], seq)
}

/** A record, rightly signed, whose only address is of a protocol that nobody knows yet. */
async function unreadable(number: number): Promise<PeerRecord> {
  const privateKey = await keyOf(number)
  const { payload, ...record } = await payloadOf(number)
  const address = Uint8Array.of(0x1a, 6, 0x0a, 4, 0xff, 0xff, 0xff, 0x7f)
  const sealed = { domain: Libp2pRecord.DOMAIN, codec: Libp2pRecord.CODEC, equals: () => false }
  const marshal = (): Uint8Array => Uint8Array.of(...payload, ...address)
  const envelope = (await RecordEnvelope.seal({ ...sealed, marshal }, privateKey)).marshal()
  return { ...record, envelope }
}

async function payloadOf(number: number): Promise<PeerRecord & { payload: Uint8Array }> {
  const record = await createSigner(await keyOf(number)).sign([], 9n)
  return { ...record, payload: RecordEnvelope.createFromProtobuf(record.envelope).payload.subarray() }
}

/** Each message, and the reason for which it is refused whole. */
const refused: [what: string, reason: RejectionReason, forge: (own: PeerRecord) => Promise<Uint8Array>][] = [
  ['nothing', 'truncated', async () => new Uint8Array()],
  ['an unknown kind', 'unknown-kind', async () => Uint8Array.of(9, 9, 9)],
  ['no records', 'no-records', async () => Uint8Array.of(1, 0, 0, 0, 1, 0)],
  ['10 000 records', 'too-many-records', async () => Uint8Array.of(1, 0, 0, 0, 1, 0x90, 0x4e, 0, 0)],
  ['half a message', 'truncated', async own => encodeAsk(described(own)).subarray(0, 50)],
  ['more than a message', 'trailing-bytes', async own => Uint8Array.of(...encodeAsk(described(own)), 0)],
  [
    'an own record that claims a hop',
    'own-record-not-last',
    async own => encodeAsk([{ record: own, hop: 1 }])
  ],
  [
    'hop 0 in the middle',
    'hop-zero-inside',
    async own => encodeAsk([{ record: await recordOf(101), hop: 0 }, ...described(own)])
  ],
  [
    'duplicates',
    'duplicate-id',
    async own => encodeAsk(described(await recordOf(101), await recordOf(101), own))
  ],
  [
    'somebody else in its own place',
    'sender-mismatch',
    async () => encodeAsk(described(await recordOf(101)))
  ],
  [
    'a forged record',
    'bad-signature',
    async own => {
      const forged = await recordOf(101)
      const envelope = forged.envelope.slice()
      envelope[envelope.length - 1]! ^= 1
      return encodeAsk(described({ ...forged, envelope }, own))
    }
  ],
  [
    'an oversize record',
    'record-oversize',
    async own => encodeAsk(described({ ...own, envelope: new Uint8Array(limits.maxRecordBytes + 1) }, own))
  ]
]

describe('a peer that is wrong', () => {
  it.each(refused)('sends %s: %s, counted, and the next message is welcome', async (_, reason, forge) => {
    const { honest, stranger, own, send, clock } = await scene()
    const rejected: string[] = []
    honest.addEventListener('reject', ({ detail }) => void rejected.push(`${detail.peer} ${detail.reason}`))

    expect(await send(await forge(own))).toEqual({ type: 'refusal', reason })
    expect(honest.rejections).toEqual({ [reason]: 1 })
    expect(rejected).toEqual([`${own.id} ${reason}`])
    expect(honest.view('x')).toEqual([])

    expect(await send(encodeAsk(described(own)))).toMatchObject({ type: 'reply' })
    expect(honest.view('x').map(({ id }) => id)).toEqual([own.id])
    await Promise.all([honest.stop(), stranger.stop()])
    expect(clock.pending).toBe(0)
  })

  it('replays an old record: the newer one stays, in memory and counted', async () => {
    const { honest, stranger, own, send } = await scene()
    await send(encodeAsk(described(await recordOf(101, 7n), own)))
    await send(encodeAsk(described(await recordOf(101, 3n), own)))
    expect(honest.view('x').find(({ seq }) => seq !== 1n)?.seq).toBe(7n)
    expect(honest.rejections).toEqual({ 'stale-seq': 1 })
    await Promise.all([honest.stop(), stranger.stop()])
  })

  it('passes on a record with an address that we cannot read: it is dropped, the others count', async () => {
    const { honest, stranger, own, send } = await scene()
    const forward = described(await unreadable(101), await recordOf(102), own)
    expect(await send(encodeAsk(forward))).toMatchObject({ type: 'reply' })
    expect(honest.view('x')).toHaveLength(2)
    expect(honest.rejections).toEqual({ 'bad-address': 1 })

    const inOwnPlace = described({ ...(await unreadable(100)), id: own.id })
    expect(await send(encodeAsk(inOwnPlace))).toEqual({ type: 'refusal', reason: 'bad-address' })
    await Promise.all([honest.stop(), stranger.stop()])
  })

  it('hands us our own record or hops beyond the limit: those records are dropped, the others count', async () => {
    const { honest, stranger, own, send } = await scene()
    const ours = await createSigner(await keyOf(1)).sign(['/memory/evil'], 99n)
    expect(ours.id).toBe(honest.id)
    const message = [
      { record: ours, hop: 1 },
      { record: await recordOf(101), hop: limits.maxHop + 1 },
      { record: await recordOf(102), hop: limits.memoryHop - 1 },
      { record: own, hop: 0 }
    ]
    expect(await send(encodeAsk(message))).toMatchObject({ type: 'reply' })
    expect(honest.view('x')).toHaveLength(2)
    expect(honest.rejections).toEqual({ self: 1, 'hop-over-limit': 1 })
    await Promise.all([honest.stop(), stranger.stop()])
  })

  it('asks too often between two rounds: refused before a signature is checked, welcome after the next round', async () => {
    const { honest, stranger, own, send, clock } = await scene()
    const answers: unknown[] = []
    for (let i = 0; i < limits.requestsPerPeer + 3; i++) answers.push(await send(encodeAsk(described(own))))
    // A policy may be busy before that.
    const refusals = answers.filter(answer => (answer as { reason?: string }).reason === 'too-often')
    expect(refusals).toEqual(Array.from({ length: 3 }, () => ({ type: 'refusal', reason: 'too-often' })))
    await clock.advance(TICK)
    expect(await send(encodeAsk(described(own)))).toMatchObject({ type: 'reply' })
    await Promise.all([honest.stop(), stranger.stop()])
  })

  it('answers garbage, refusals or nothing: the exchange fails with a code, the peer is let go, rounds go on', async () => {
    const { honest, stranger, own, send, clock } = await scene()
    let answer: () => Promise<Uint8Array> = async () => Uint8Array.of(0xff)
    await stranger.handle(protocolOf('x'), () => answer())
    const codes: string[] = []
    honest.addEventListener('exchange:fail', ({ detail }) => void codes.push(detail.error.code))

    const reachable = { ...own, ...(await createSigner(await keyOf(100)).sign([`/memory/${own.id}`], 2n)) }
    await send(encodeAsk(described(reachable)))
    await clock.advance(2 * TICK)
    expect(codes).toContain('PEX_REJECTED')
    expect(honest.view('x')).toEqual([])
    expect(honest.recovery('x')).toEqual([])

    answer = async () => Uint8Array.of(0x10, 21)
    await send(encodeAsk(described(reachable)))
    await clock.advance(2 * TICK)
    expect(codes).toContain('PEX_REFUSED')
    expect(honest.view('x')).toHaveLength(1)

    answer = () => new Promise(() => {})
    await clock.advance(3 * TICK)
    expect(codes).toContain('PEX_TIMEOUT')
    await Promise.all([honest.stop(), stranger.stop()])
    expect(clock.pending).toBe(0)
  })

  it('asks for 10 000 namespaces: nothing is kept', async () => {
    const { honest, stranger, own, clock } = await scene()
    const body = encodeAsk(described(own))
    let unsupported = 0
    for (let i = 0; i < 10_000; i++) {
      stranger
        .request(contact(honest), protocolOf(`n${i}`), body, { signal: new AbortController().signal })
        .catch(({ code }: { code: string }) => (unsupported += code === 'PEX_UNSUPPORTED' ? 1 : 0))
    }
    await clock.advance(100)
    expect(unsupported).toBe(10_000)
    expect(honest.namespaces).toEqual(['x'])
    await Promise.all([honest.stop(), stranger.stop()])
  })
})
