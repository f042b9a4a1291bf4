/** The threats of datagrams, each with its number: T11 to T14 and T25 of the threat model. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import type { Address } from '../src/address.ts'
import { udpLimits } from '../src/constants.ts'
import { writeDataHead, writeHello, writeResponse } from '../src/datagram.ts'
import { QUESTION } from '../src/frames.ts'
import type { Writer } from '../src/frames.ts'
import { Limiter } from '../src/limiter.ts'
import { Field, ip4, placeOf } from './field.ts'
import type { Machine } from './field.ts'
import { seededBytes } from './net.ts'
import { Stranger } from './stranger.ts'

const HONEST = ip4(0xc6120001).host
const OTHER = ip4(0xc6120002).host
const empty = {
  pending: 0,
  dials: 0,
  requests: 0,
  sources: 0,
  servings: 0,
  incompleteBytes: 0,
  sessions: 0,
  peers: 0,
  timers: 0
}

function succeeded(machine: Machine): number {
  return [...machine.outcomes.values()].filter(outcome => 'body' in outcome).length
}

/** A recorded conversation: everything that two machines say for one question, and what each said first. */
async function recorded(
  field: Field
): Promise<{ a: Machine; b: Machine; record: { from: Address; to: Address; bytes: Uint8Array }[] }> {
  const [a, b] = [await field.machine(HONEST), await field.machine(OTHER)]
  const record: { from: Address; to: Address; bytes: Uint8Array }[] = []
  field.tap = (from, to, bytes) => void record.push({ from, to, bytes })
  field.ask(a, { addresses: [b.address] }, new Uint8Array(4_096))
  field.run(1_000)
  field.tap = undefined
  expect(succeeded(a)).toBe(1)
  return { a, b, record }
}

describe('T11, a source that is forged', () => {
  it('never gets more bytes than it seems to have sent, over 100 000 sources', async () => {
    const field = new Field(11)
    const { b, record } = await recorded(field)
    const bytes = seededBytes(seeded(11))
    // What a forger can send: hellos with and without cookies, all that was ever said to this host, and noise.
    const forged = [
      writeHello(1, undefined, bytes(32)),
      writeHello(2, bytes(16), bytes(32)),
      ...record.filter(({ to }) => to === b.address).map(said => said.bytes),
      writeResponse(3, 4, bytes(192)),
      Buffer.concat([writeDataHead(5, 6), bytes(100)])
    ]
    let worst = 0
    for (let source = 0; source < 100_000; source++) {
      const from = ip4(0x0b000000 + source)
      let [heard, said] = [0, 0]
      for (let i = 0; i < 2; i++) {
        const datagram = forged[(source + i) % forged.length]!
        heard += datagram.length
        b.endpoint.receive(field.now, from, datagram)
        for (const output of b.endpoint.take()) {
          expect(output.type).toBe('send')
          if (output.type !== 'send') continue
          expect(placeOf(output.to)).toBe(placeOf(from))
          said += output.bytes.length
        }
      }
      worst = Math.max(worst, said / heard)
    }
    expect(worst).toBeGreaterThan(0)
    expect(worst).toBeLessThanOrEqual(1)
  })

  it('leaves nothing behind, over 1 000 000 datagrams', { timeout: 120_000 }, async () => {
    const field = new Field(12)
    const machine = await field.machine(HONEST)
    const hello = writeHello(7, undefined, seededBytes(seeded(1))(32))
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const flood = (from: number, count: number): number => {
      for (let i = from; i < from + count; i++) {
        hello.set([i & 255, (i >>> 8) & 255, (i >>> 16) & 255], 24)
        machine.endpoint.receive(field.now, ip4(0x0b000000 + i), hello)
        machine.endpoint.take()
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = flood(0, 50_000)
    const after = flood(50_000, 950_000)
    expect(machine.endpoint.census).toEqual(empty)
    expect(after - before).toBeLessThan(1_048_576)
  })

  it('cannot be an address that a peer only claims to have moved to', async () => {
    const field = new Field(13)
    const target = await field.machine(HONEST)
    const stranger = await Stranger.meet(field, ip4(0x0b000001), target)
    stranger.connect()
    // An answer of 60 000 bytes, asked for in the name of a victim.
    target.serve = ({ serving }) => target.endpoint.answer(field.now, serving, 0, new Uint8Array(60_000))
    stranger.say(writer => writer.ping())
    field.run(100)
    const victim = ip4(0x0b0000ff)
    const packet = stranger.packet(writer => writer.fragment(QUESTION, 1, 8, 0, Buffer.from('\x07/test/1')))
    let [heard, said] = [0, 0]
    field.tap = (from, to, bytes) => {
      if (placeOf(from) === placeOf(victim)) heard += bytes.length
      if (placeOf(to) === placeOf(victim)) said += bytes.length
    }
    field.send(victim, target.address, packet)
    field.run(40_000)
    expect(target.served.length).toBe(1)
    expect(heard).toBeGreaterThan(0)
    expect(said).toBeLessThanOrEqual(heard)
  })

  it('does not become proved by a token that is wrong, nor by a datagram that is old', async () => {
    const field = new Field(19)
    const target = await field.machine(HONEST)
    const stranger = await Stranger.meet(field, ip4(0x0b000001), target)
    stranger.connect()
    target.serve = ({ serving }) => target.endpoint.answer(field.now, serving, 0, new Uint8Array(60_000))
    stranger.say(writer => writer.ping())
    field.run(100)
    const victim = ip4(0x0b0000ff)
    let [heard, said] = [0, 0]
    field.tap = (from, to, bytes) => {
      if (placeOf(from) === placeOf(victim)) heard += bytes.length
      if (placeOf(to) === placeOf(victim)) said += bytes.length
    }
    // An old one first: it is authentic, and says nothing of where the peer is now.
    const old = stranger.raw(Uint8Array.from({ length: 1_000 }, (_, i) => (i === 0 ? 5 : 0)))
    stranger.say(writer => writer.ping())
    field.run(100)
    field.send(victim, target.address, old)
    field.run(5_000)
    expect(said).toBe(0)
    const question = (writer: Writer): void => writer.fragment(QUESTION, 1, 8, 0, Buffer.from('\x07/test/1'))
    field.send(victim, target.address, stranger.packet(question))
    field.send(
      victim,
      target.address,
      stranger.packet(writer => writer.token('path-response', new Uint8Array(8)))
    )
    field.run(40_000)
    expect(target.served.length).toBe(1)
    expect(said).toBeLessThanOrEqual(heard)
  })
})

describe('T12, the limiter as a weapon', () => {
  it('remembers at most 10 000 sources of 1 000 000, and forgets those that are quiet', () => {
    const limiter = new Limiter({ perSecond: 5, burst: 40, maxSources: udpLimits.maxSources })
    let largest = 0
    for (let i = 0; i < 1_000_000; i++) {
      limiter.admit(0, `source ${i}`)
      largest = Math.max(largest, limiter.size)
    }
    expect(largest).toBe(10_000)
    limiter.admit(1_000_000, 'one')
    expect(limiter.size).toBe(1)
  })

  it('limits: so many at once, and so many a second, for each source alone', () => {
    const limiter = new Limiter({ perSecond: 5, burst: 3, maxSources: 10 })
    const table: [ms: number, source: string, admitted: boolean][] = [
      [0, 'a', true],
      [0, 'a', true],
      [0, 'a', true],
      [0, 'a', false],
      [0, 'b', true],
      [199, 'a', false],
      [200, 'a', true],
      [200, 'a', false],
      [10_000, 'a', true],
      [10_000, 'a', true],
      [10_000, 'a', true],
      [10_000, 'a', false]
    ]
    for (const [ms, source, admitted] of table)
      expect([ms, source, limiter.admit(ms, source)]).toEqual([ms, source, admitted])
  })

  it('does not hurt an honest peer whose address is forged: all of its exchanges succeed', async () => {
    const field = new Field(14)
    const target = await field.machine(HONEST)
    const honest = await field.machine(OTHER)
    const { record } = await recorded(new Field(15))
    const forged = [
      writeHello(1, undefined, seededBytes(field.rng)(32)),
      writeHello(1, seededBytes(field.rng)(16), seededBytes(field.rng)(32)),
      ...record.map(({ bytes }) => bytes)
    ]
    for (let i = 0; i < 100; i++) {
      const asked = field.ask(honest, { addresses: [target.address] }, new Uint8Array(4_000))
      for (let j = 0; j < 500; j++) {
        field.deliver(honest.address, target.address, forged[j % forged.length]!)
        if (j % 10 === 0) field.run(2)
      }
      field.run(400)
      expect('body' in honest.outcomes.get(asked)!).toBe(true)
      // A new session each time, so that the limiter has its say.
      honest.endpoint.close(field.now)
      honest.endpoint.take()
      field.run(udpLimits.idleMs)
    }
    expect(succeeded(honest)).toBe(100)
  })
})

describe('T14, peers that are slow on purpose', () => {
  it('are gone at their deadline, 1 000 questions of them, and honest ones succeed meanwhile', async () => {
    const field = new Field(16)
    const target = await field.machine(HONEST)
    const honest = await field.machine(OTHER)
    const slow: Stranger[] = []
    for (let i = 0; i < 20; i++) slow.push(await Stranger.meet(field, ip4(0x0b000000 + i * 65_536), target))
    for (const stranger of slow) stranger.connect()
    // Each question has 66 pieces, of which one a second comes.
    const total = 65_001
    const begun = field.now
    for (let second = 0; second < 40; second++) {
      for (const stranger of slow)
        for (let id = 1; id <= 50; id++)
          stranger.say(writer => writer.fragment(QUESTION, id, total, second, new Uint8Array(1_000)))
      field.ask(honest, { addresses: [target.address] }, new Uint8Array(4_000))
      field.run(1_000)
      const { incompleteBytes, servings } = target.endpoint.census
      expect(incompleteBytes).toBeLessThanOrEqual(udpLimits.maxIncompleteBytes)
      expect(servings).toBeLessThanOrEqual(20 * udpLimits.maxServingsPerPeer + udpLimits.maxServingsPerPeer)
      if (field.now - begun >= 31_000) expect(target.endpoint.load.incomplete).toBe(0)
    }
    expect(succeeded(honest)).toBe(40)
    field.run(1_000)
    expect(target.endpoint.census).toMatchObject({ servings: 0, incompleteBytes: 0 })
  })

  it('no piece puts off the deadline', async () => {
    const field = new Field(17)
    const target = await field.machine(HONEST)
    const stranger = await Stranger.meet(field, ip4(0x0b000001), target)
    stranger.connect()
    for (let i = 0; i < 29; i++) {
      stranger.say(writer => writer.fragment(QUESTION, 1, 65_000, i, new Uint8Array(1_000)))
      field.run(1_000)
    }
    expect(target.endpoint.census.servings).toBe(1)
    stranger.say(writer => writer.fragment(QUESTION, 1, 65_000, 29, new Uint8Array(1_000)))
    field.run(1_500)
    expect(target.endpoint.census).toMatchObject({ servings: 0, incompleteBytes: 0 })
    // And what comes later is not a new question.
    stranger.say(writer => writer.fragment(QUESTION, 1, 65_000, 30, new Uint8Array(1_000)))
    field.run(100)
    expect(target.endpoint.census.servings).toBe(0)
  })
})

describe('T25, a flood of handshakes', () => {
  it(
    'of 1 000 a second for 5 minutes leaves few half open, and lets honest peers in',
    { timeout: 120_000 },
    async () => {
      const field = new Field(18)
      const target = await field.machine(HONEST)
      const honest = await field.machine(OTHER)
      const noise = seededBytes(seeded(18))(32)
      // Ten hosts that really are where they say; they answer challenges and never finish.
      const attackers = Array.from({ length: 10 }, (_, i) => ip4(0x0b000000 + i * 8_192))
      let pending = 0
      for (let second = 0; second < 300; second++) {
        if (second % 10 === 0)
          field.ask(honest, { addresses: [target.address] }, new Uint8Array(4_000), 10_000)
        if (second % 10 === 5) {
          honest.endpoint.close(field.now)
          field.settle(honest)
        }
        for (let i = 0; i < 1_000; i++) {
          const from = attackers[i % 10]!
          noise.set([i & 255, i >>> 8, second & 255, second >>> 8])
          target.endpoint.receive(field.now, from, writeHello(i, undefined, noise))
          const [challenge] = target.endpoint.take()
          const cookie = challenge?.type === 'send' ? challenge.bytes.subarray(24, 40) : undefined
          target.endpoint.receive(field.now, from, writeHello(i, cookie, noise))
          target.endpoint.take()
          if (i % 100 !== 0) continue
          pending = Math.max(pending, target.endpoint.census.pending)
          field.run(100)
        }
      }
      expect(pending).toBeGreaterThan(udpLimits.maxPendingPerHost)
      expect(pending).toBeLessThanOrEqual(udpLimits.maxPending)
      const times = [...honest.outcomes.values()].map(outcome => ('ms' in outcome ? outcome.ms : Infinity))
      expect(times.length).toBe(30)
      expect(Math.max(...times)).toBeLessThan(3_000)
      expect(target.endpoint.rejections['too-many-handshakes']).toBeGreaterThan(100_000)
      field.run(udpLimits.handshakeMs)
      expect(target.endpoint.census.pending).toBe(0)
    }
  )

  it.each([
    ['one host', 8, () => ip4(0x0b000001)],
    ['one netgroup', 64, (i: number) => ip4(0x0b000000 + i)],
    ['everywhere', 512, (i: number) => ip4(0x0b000000 + i * 65_536)]
  ])('leaves no more half open than the share of %s', async (_name, share, place) => {
    const field = new Field(20)
    const target = await field.machine(HONEST, { limits: { handshakeBurst: 10_000 } })
    const noise = seededBytes(seeded(20))(32)
    let most = 0
    for (let i = 0; i < share + 20; i++) {
      noise.set([i & 255, i >>> 8])
      target.endpoint.receive(field.now, place(i), writeHello(i, undefined, noise))
      const [challenge] = target.endpoint.take()
      const cookie = challenge?.type === 'send' ? challenge.bytes.subarray(24, 40) : undefined
      target.endpoint.receive(field.now, place(i), writeHello(i, cookie, noise))
      expect(target.endpoint.take().length).toBe(1)
      most = Math.max(most, target.endpoint.census.pending)
    }
    expect(most).toBe(share)
  })
})
