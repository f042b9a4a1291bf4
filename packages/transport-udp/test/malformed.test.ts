/** T13: whatever bytes come, they are dropped with their named reason, and nothing is thrown, sent or kept. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { Endpoint } from '../src/endpoint.ts'
import { datagramRejections } from '../src/rejections.ts'
import { writeHello } from '../src/datagram.ts'
import { ip4 } from './field.ts'
import { corpus, faults, scene } from './faults.ts'
import { seededBytes } from './net.ts'

const files = readdirSync(corpus).map(file => file.replace(/\.bin$/, ''))

/** Reasons that one datagram alone cannot bring about; other tests do. */
const ELSEWHERE = ['too-many-handshakes', 'wrong-peer', 'evicted']

function total(endpoint: Endpoint): number {
  return Object.values(endpoint.rejections).reduce((sum, count) => sum + count, 0)
}

describe('the corpus', () => {
  it('has a file for every fault, and a fault for every reason', async () => {
    const all = faults(await scene())
    expect(files.toSorted()).toEqual([...all.keys()].toSorted())
    for (const [name, { bytes }] of all)
      expect(readFileSync(join(corpus, `${name}.bin`)).equals(bytes), name).toBe(true)
    const reasons = new Set([...files.map(file => file.split('.')[0]), ...ELSEWHERE])
    expect([...reasons].toSorted()).toEqual([...datagramRejections].toSorted())
  })

  it.each(files)('%s is dropped with that reason, once, and nothing is kept', async name => {
    const set = await scene()
    const { from, to } = faults(set).get(name)!
    const bytes = readFileSync(join(corpus, `${name}.bin`))
    const reason = name.split('.')[0]!
    const before = { ...to.endpoint.rejections } as Record<string, number>
    const held = to.endpoint.census
    to.endpoint.receive(set.field.now, from, bytes)
    const after = to.endpoint.rejections as Record<string, number>
    expect(after).toEqual({ ...before, [reason]: (before[reason] ?? 0) + 1 })
    const outputs = to.endpoint.take()
    const said = outputs.reduce((sum, output) => sum + (output.type === 'send' ? output.bytes.length : 0), 0)
    // An authenticated peer's fault is acknowledged like anything else; a stranger's gets an answer only if it is a hello.
    const isPeers = ['bad-fragment', 'bad-protocol', 'unknown-request', 'too-many-requests'].includes(reason)
    if (isPeers) expect(outputs.filter(({ type }) => type === 'question')).toEqual([])
    else expect(said).toBeLessThanOrEqual(reason === 'bad-cookie' ? bytes.length : 0)
    expect(to.endpoint.census.sessions).toBe(held.sessions + (name.includes('behind-finish') ? 1 : 0))
    expect(to.endpoint.census.pending).toBeLessThanOrEqual(held.pending)
    if (!isPeers) expect(to.endpoint.census.servings).toBe(held.servings)
  })
})

describe('bytes without sense', () => {
  it('100 000 random datagrams of every length are counted, and leave nothing behind', async () => {
    const { target, field } = await scene()
    const rng = seeded(13)
    const held = target.endpoint.census
    const junk = seededBytes(rng)(70_000)
    for (let i = 0; i < 100_000; i++) {
      const length = [rng() % 1_400, rng() % 300, rng() % 66_000][i % 3]!
      const at = rng() % (junk.length - length)
      const bytes = junk.slice(at, at + length)
      // Half of them look right at first sight.
      if (i % 2 === 0 && length > 4) bytes.set([1 + (rng() % 5), 0, 0, 0])
      const before = total(target.endpoint)
      target.endpoint.receive(field.now, ip4(rng()), bytes)
      if (total(target.endpoint) !== before + 1)
        throw new Error(`not counted once: ${length} bytes, round ${i}`)
      for (const output of target.endpoint.take())
        if (output.type !== 'send' || output.bytes.length > length)
          throw new Error('more was said than heard')
    }
    expect(target.endpoint.census).toEqual(held)
  })

  it('every bit of a conversation matters: a datagram with one bit flipped has no effect', async () => {
    const { target, peer, half, field } = await scene()
    const held = target.endpoint.census
    const packet = peer.packet(writer => writer.ping())
    for (const [valid, from] of [
      [packet, peer.address],
      [half.finish!, half.address]
    ] as const) {
      for (let bit = 0; bit < valid.length * 8; bit++) {
        const flipped = new Uint8Array(valid)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const before = total(target.endpoint)
        target.endpoint.receive(field.now, from, flipped)
        expect([bit, total(target.endpoint) - before, target.endpoint.take()]).toEqual([bit, 1, []])
      }
    }
    expect(target.endpoint.census).toEqual(held)
    // And the true ones are as good as before.
    const before = total(target.endpoint)
    target.endpoint.receive(field.now, peer.address, packet)
    target.endpoint.receive(field.now, half.address, half.finish!)
    expect(target.endpoint.census.sessions).toBe(held.sessions + 1)
    expect(total(target.endpoint)).toBe(before)
  })

  it('a flipped bit in a hello gets at most what any hello gets', async () => {
    const { target, peer, field } = await scene()
    const held = target.endpoint.census
    const valid = writeHello(1, undefined, seededBytes(field.rng)(32))
    for (let bit = 0; bit < valid.length * 8; bit++) {
      const flipped = new Uint8Array(valid)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      target.endpoint.receive(field.now, peer.address, flipped)
      for (const output of target.endpoint.take())
        expect(output.type === 'send' && output.bytes.length < valid.length).toBe(true)
    }
    expect(target.endpoint.census).toEqual(held)
  })
})
