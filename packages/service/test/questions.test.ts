/** Several questions at once: exchanges of three messages, pings, and what is lost of them. */
import { isRejection, limits } from '@pex/core'
import type { Ask, Contact, PeerRecord, Question } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { protocolOf } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { decodeQuestion, decodeResponse, encodeMessage, encodeRefusal } from '@pex/wire'
import type { ClaimedQuestion, ClaimedResponse } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { settlingPolicy } from './settling-policy.ts'
import { contact, keyOf, TICK, world } from './world.ts'
import type { World } from './world.ts'

const EXCHANGE_MS = 400
const init: PexInit = {
  namespaces: ['x'],
  gossip: { tickMs: TICK, exchangeMs: EXCHANGE_MS, policy: settlingPolicy() }
}

type Answer = (question: ClaimedQuestion) => Uint8Array | Promise<Uint8Array>

interface Stranger {
  readonly id: string
  /** What it has been asked, in order, and when. */
  readonly heard: readonly { readonly at: number; readonly question: ClaimedQuestion }[]
  readonly record: PeerRecord
  readonly contact: Contact
  /** Asks, and reads the answer; undefined for a refusal of an unknown kind. */
  ask(pex: Pex, question: Question): Promise<ClaimedResponse>
  stop(): Promise<void>
}

/** A peer whose answers the test writes; by default it answers everything as it should, shows one peer more, and takes nothing. */
async function stranger(
  w: World,
  answer?: Partial<Record<Question['type'], Answer>>,
  key = 90
): Promise<Stranger> {
  const signer = createSigner(await keyOf(key))
  const transport = w.links.transport(signer.id)
  await transport.start()
  const record = await signer.sign([`/memory/${signer.id}`], 1n)
  const own = { record, hop: 0 }
  const other = { record: await keyedRecord(200 + key - 90), hop: 1 }
  const answers: Record<Question['type'], Answer> = {
    ask: () => encodeMessage({ type: 'reply', descriptors: [other, own], picks: [], averages: [] }),
    settle: () => encodeMessage({ type: 'ack' }),
    ping: () => encodeMessage({ type: 'pong', own }),
    ...answer
  }
  const heard: { at: number; question: ClaimedQuestion }[] = []
  await transport.handle(protocolOf('x'), async (_, body) => {
    const question = decodeQuestion(body)
    if (isRejection(question)) throw new Error(question.reason)
    heard.push({ at: w.clock.now(), question })
    return answers[question.type](question)
  })
  return {
    id: signer.id,
    heard,
    record,
    contact: { id: signer.id, addresses: [`/memory/${signer.id}`] },
    async ask(pex, question) {
      const asked = transport.request(contact(pex), protocolOf('x'), encodeMessage(question), {
        signal: new AbortController().signal
      })
      await w.clock.advance(10)
      const response = decodeResponse((await asked).body, question)
      if (isRejection(response)) throw new Error(response.reason)
      return response
    },
    stop: () => transport.stop()
  }
}

const never: Answer = () => new Promise(() => {})

function asking({ record }: Stranger, exchange: number, settles = true): Ask {
  return { type: 'ask', exchange, settles, descriptors: [{ record, hop: 0 }], averages: [] }
}

/** The number of the exchange that the question belongs to. */
function numberOf(question: ClaimedQuestion): number | undefined {
  return 'exchange' in question ? question.exchange : undefined
}

/** How often each kind of question was heard. */
function count({ heard }: Stranger): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { question } of heard) counts[question.type] = (counts[question.type] ?? 0) + 1
  return counts
}

describe('an exchange of three messages', () => {
  it('changes nothing before it is settled, and once when it is, however often', async () => {
    const w = world()
    const a = await w.host(init)
    await a.start()
    const b = await stranger(w)
    const ask = asking(b, 7)
    const reply = await b.ask(a, ask)
    expect(reply).toMatchObject({ type: 'reply', picks: [0] })
    expect(await b.ask(a, ask), 'the same again').toEqual(reply)
    expect(a.view('x')).toEqual([])
    let complete = 0
    a.addEventListener('exchange:complete', ({ detail }) => {
      expect(detail).toMatchObject({ peer: b.id, role: 'responder', received: 1 })
      complete++
    })
    const settle = { type: 'settle', exchange: 7, picks: [0] } as const
    for (let i = 0; i < 3; i++) expect(await b.ask(a, settle)).toEqual({ type: 'ack' })
    expect(complete).toBe(1)
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    await Promise.all([a.stop(), b.stop()])
    expect(w.clock.pending).toBe(0)
  })

  it('is refused a settle that it knows nothing of, or whose picks our list does not have', async () => {
    const w = world()
    const a = await w.host(init)
    await a.start()
    const b = await stranger(w)
    const settle = (exchange: number, ...picks: number[]): Question => ({ type: 'settle', exchange, picks })
    const unknown = { type: 'refusal', reason: 'unknown-exchange' }
    expect(await b.ask(a, settle(7))).toEqual(unknown)
    await b.ask(a, asking(b, 7))
    expect(await b.ask(a, settle(8))).toEqual(unknown)
    expect(await b.ask(a, settle(7, 1))).toEqual({ type: 'refusal', reason: 'bad-picks' })
    await b.ask(a, asking(b, 9))
    expect(await b.ask(a, settle(7)), 'another has taken its place').toEqual(unknown)
    expect(a.view('x')).toEqual([])
    expect(await b.ask(a, settle(9, 0))).toEqual({ type: 'ack' })
    await Promise.all([a.stop(), b.stop()])
  })

  it('with somebody who cannot settle takes two, either way round', async () => {
    const w = world()
    const a = await w.host(init)
    const b = await w.host({ namespaces: ['x'], bootstrap: [contact(a)], gossip: { tickMs: TICK } })
    await Promise.all([a.start(), b.start()])
    const roles = new Set<string>()
    a.addEventListener('exchange:complete', ({ detail }) => void roles.add(detail.role))
    await w.clock.advance(5 * TICK)
    expect(roles).toEqual(new Set(['initiator', 'responder']))
    expect([a.view('x')[0]?.id, b.view('x')[0]?.id]).toEqual([b.id, a.id])
    expect([a.rejections, b.rejections]).toEqual([{}, {}])
    await Promise.all([a.stop(), b.stop()])
  })

  it('is settled by the initiator, who says how long all of it took', async () => {
    const w = world()
    w.links.latencyMs = 20
    const b = await stranger(w)
    const a = await w.host({ ...init, bootstrap: [b.contact] })
    const took: (number | undefined)[] = []
    a.addEventListener('exchange:complete', ({ detail }) => void took.push(detail.ms))
    await a.start()
    await w.clock.advance(TICK / 2)
    expect(b.heard.slice(0, 2).map(({ question }) => question.type)).toEqual(['ask', 'settle'])
    expect(took).toEqual([80])
    const [ask, settle] = b.heard.map(({ question }) => question)
    expect(settle).toMatchObject({ exchange: (ask as { exchange: number }).exchange, picks: [0] })
    await Promise.all([a.stop(), b.stop()])
    expect(w.clock.pending).toBe(0)
  })

  it('that is not acked is settled again within the deadline, a last time in the next round, and then given up', async () => {
    const w = world()
    let acks = false
    const b = await stranger(w, {
      settle: () => (acks ? encodeMessage({ type: 'ack' }) : never({ type: 'ping' }))
    })
    const a = await w.host({ ...init, bootstrap: [b.contact] })
    const complete: string[] = []
    a.addEventListener('exchange:complete', ({ detail }) => void complete.push(detail.peer))
    await a.start()
    const begun = w.clock.now()
    await w.clock.advance(EXCHANGE_MS)
    expect(count(b)).toMatchObject({ ask: 1, settle: 1 + limits.settleRepeats })
    const settles = () => b.heard.filter(({ question }) => question.type === 'settle')
    expect(settles().at(-1)!.at).toBeLessThan(begun + EXCHANGE_MS)
    expect(complete).toEqual([])
    acks = true
    await w.clock.advance(TICK / 2 + EXCHANGE_MS)
    const [first] = b.heard.map(({ question }) => numberOf(question))
    const settled = settles().filter(({ question }) => numberOf(question) === first)
    expect(settled).toHaveLength(2 + limits.settleRepeats)
    expect(complete[0]).toBe(b.id)
    await Promise.all([a.stop(), b.stop()])
    expect(w.clock.pending).toBe(0)
  })

  it('whose settle is refused has not happened, and the round goes on with the next candidate', async () => {
    const w = world()
    const b = await stranger(w, { settle: () => encodeRefusal('unknown-exchange') })
    const c = await stranger(w, {}, 91)
    const a = await w.host({ ...init, bootstrap: [b.contact, c.contact] })
    await a.start()
    const complete = new Set<string>()
    a.addEventListener('exchange:complete', ({ detail }) => void complete.add(detail.peer))
    await w.clock.advance(3 * TICK)
    expect(complete).toEqual(new Set([c.id]))
    expect(count(b)['settle']).toBeGreaterThan(0)
    await Promise.all([a.stop(), b.stop(), c.stop()])
  })
})

describe('pings', () => {
  it('cost no signature, and are answered with our own record', async () => {
    const w = world()
    let verified = 0
    const { verify } = createVerifier()
    const verifier = { verify: (envelope: Uint8Array) => (verified++, verify(envelope)) }
    const a = await w.host(init, { verifier })
    await a.start()
    const b = await stranger(w)
    const pong = await b.ask(a, { type: 'ping' })
    expect(verified).toBe(0)
    if (pong.type !== 'pong') expect.fail('it is no pong')
    expect(await verify(pong.own.envelope)).toMatchObject({ id: a.id })
    for (let i = 0; i < limits.requestsPerPeer; i++) await b.ask(a, { type: 'ping' })
    expect(await b.ask(a, { type: 'ping' })).toEqual({ type: 'refusal', reason: 'too-often' })
    await Promise.all([a.stop(), b.stop()])
  })

  it('bring news: a higher seq in a pong renews the record that is held', async () => {
    const w = world()
    const signer = createSigner(await keyOf(90))
    let record = await signer.sign([`/memory/${signer.id}`], 1n)
    const b = await stranger(w, { ping: () => encodeMessage({ type: 'pong', own: { record, hop: 0 } }) })
    const a = await w.host({ ...init, bootstrap: [b.contact] })
    await a.start()
    await w.clock.advance(TICK / 4)
    expect(a.view('x')[0]).toMatchObject({ id: b.id, seq: 1n })
    record = await signer.sign(['/memory/moved', `/memory/${b.id}`], 2n)
    const updates: string[][] = []
    a.addEventListener('view:update', ({ detail }) => void updates.push(detail.added.map(({ id }) => id)))
    for (let i = 0; i < 20 && updates.length === 0; i++) await w.clock.advance(TICK / 4)
    expect(a.view('x')[0]).toMatchObject({ id: b.id, seq: 2n })
    expect(updates).toEqual([[b.id]])
    await Promise.all([a.stop(), b.stop()])
  })

  it.each([
    ['a record of somebody else', 'sender-mismatch', async () => (await keyedRecord(99)).envelope],
    [
      'a forged record',
      'bad-signature',
      async () => (await keyedRecord(90)).envelope.map((byte, i, all) => (i < all.length - 2 ? byte : 0))
    ],
    ['no record', 'malformed-record', async () => new Uint8Array(3)]
  ])('answered with %s: %s, and the peer is let go', async (_, reason, forge) => {
    const w = world()
    const envelope = await forge()
    const record = { id: 'x', seq: 1n, addresses: [], envelope }
    const b = await stranger(w, { ping: () => encodeMessage({ type: 'pong', own: { record, hop: 0 } }) })
    const a = await w.host({ ...init, bootstrap: [b.contact] })
    await a.start()
    await w.clock.advance(5 * TICK)
    expect(a.rejections).toMatchObject({ [reason]: expect.any(Number) as number })
    expect(a.recovery('x').map(({ id }) => id)).not.toContain(b.id)
    await Promise.all([a.stop(), b.stop()])
  })

  it('that nobody answers hold nothing up: exchanges go on, and stopping leaves nothing', async () => {
    const w = world()
    const b = await stranger(w, { ping: never })
    const c = await stranger(w, { ping: never }, 91)
    const a = await w.host({ ...init, bootstrap: [b.contact, c.contact] })
    await a.start()
    const reached: (string | undefined)[] = []
    a.addEventListener('round', ({ detail }) => void reached.push(detail.reached))
    await w.clock.advance(10 * TICK)
    expect(reached.length).toBeGreaterThan(8)
    expect(reached).not.toContain(undefined)
    expect(count(b)['ping']).toBeGreaterThan(0)
    await Promise.all([a.stop(), b.stop(), c.stop()])
    expect(w.clock.pending).toBe(0)
  })

  it('tell the dead from those who are only slow: who is silent twice leaves the view', async () => {
    const w = world()
    const a = await w.host(init)
    const others: Pex[] = []
    for (let i = 0; i < 3; i++) others.push(await w.host({ ...init, bootstrap: [contact(a)] }))
    for (const pex of [a, ...others]) await pex.start()
    await w.clock.advance(10 * TICK)
    expect(a.view('x')).toHaveLength(3)
    w.links.kill(others[2]!.id)
    await w.clock.advance(6 * TICK)
    expect(a.view('x').map(({ id }) => id)).not.toContain(others[2]!.id)
    expect(a.recovery('x').map(({ id }) => id)).toContain(others[2]!.id)
    await Promise.all([a, others[0]!, others[1]!].map(pex => pex.stop()))
  })
})

async function keyedRecord(key: number): Promise<PeerRecord> {
  return createSigner(await keyOf(key)).sign([`/memory/${key}`], 9n)
}
