/**
 * Threats T13, T15 and T17 of SECURITY.md: what bytes of strangers cost while they are read. Memory is that of the one
 * reading, by the size of all objects and buffers before and after it; a reading in which the collector ran is read again.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { below, isRejection, limits } from '@pex/core'
import { decodeQuestion, decodeResponse, encodeMessage } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { createSigner } from '@pex/record'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { compress, decompress, isLz4Rejection } from '../src/lz4/index.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Objects and buffers, bytes. */
function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The least bytes that a reading takes, of a few. */
function cost(read: () => unknown): number {
  let least = Infinity
  for (let tries = 0; tries < 5; tries++) {
    const before = held()
    read()
    const taken = held() - before
    if (taken >= 0) least = Math.min(least, taken)
  }
  return least
}

/** Bytes that stay taken while what was read is held, of many readings, for one. */
function retained(read: () => unknown, times: number): number {
  const kept: unknown[] = [read()]
  gc()
  const before = held()
  for (let i = 0; i < times; i++) kept.push(read())
  gc()
  const taken = held() - before
  expect(kept.length).toBe(times + 1)
  return taken / times
}

const ask = { type: 'ask', exchange: 1, settles: false, descriptors: [], averages: [] } as const

async function wholeMessage(): Promise<Uint8Array> {
  const descriptors = []
  for (let i = 0; i < limits.maxRecords; i++) {
    const signer = createSigner(await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(i + 1)))
    const addresses = Array.from({ length: 4 }, (_, k) => `/ip4/8.8.${i}.${k}/tcp/4001`)
    const record = await signer.sign(addresses, 1n)
    descriptors.push({ record, hop: i === limits.maxRecords - 1 ? 0 : 1 })
  }
  return encodeMessage({ ...ask, descriptors })
}

describe('T13, malformed messages', () => {
  it('take no more than four times their bytes and 64 KiB, whatever 20 000 of them say, and 10 ms at most', async () => {
    const rng = seeded(13)
    const whole = await wholeMessage()
    const over: string[] = []
    const times: number[] = []
    for (let i = 0; i < 20_000; i++) {
      const input = whole.slice(0, below(rng, whole.length + 1))
      for (let k = below(rng, 6); k > 0 && input.length > 0; k--)
        input[below(rng, i % 2 === 0 ? input.length : Math.min(12, input.length))] = below(rng, 256)
      const read = i % 3 === 0 ? () => decodeResponse(input, ask) : () => decodeQuestion(input)
      const start = process.cpuUsage()
      const before = held()
      read()
      const taken = held() - before
      const { user, system } = process.cpuUsage(start)
      times.push((user + system) / 1_000)
      const most = 4 * input.length + 65_536
      if (taken > most && cost(read) > most) over.push(`input ${i}: ${taken} bytes for ${input.length}`)
    }
    expect(over).toEqual([])
    // The processor's time of the process, which is more than the reading's: the collector may run in between.
    expect(times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.999)]).toBeLessThan(10)
  }, 60_000)

  it('that promise 1 000 or 2^28 records cost no more than those that promise one too many', () => {
    const promising = (count: number[]): Uint8Array =>
      Uint8Array.of(1, 0, 0, 0, 1, ...count, ...Array(65_000).fill(0))
    const least = promising([limits.maxRecords + 1])
    for (const count of [
      [0xe8, 0x07],
      [0xff, 0xff, 0xff, 0x7f]
    ]) {
      const most = promising(count)
      expect(decodeQuestion(most)).toEqual({ reason: 'too-many-records' })
      expect(cost(() => decodeQuestion(most))).toBeLessThanOrEqual(cost(() => decodeQuestion(least)) + 1_024)
    }
  })
})

describe('T15, LZ4 bombs', () => {
  it('take less than 8 MB at their peak, on casm’s wire too', () => {
    const bombs = [1, 16, 64].map(times => compress(new Uint8Array(times * 65_536)))
    const chain = new Uint8Array(Buffer.concat([bombs, bombs, bombs].flat()))
    for (const bomb of bombs.concat(chain)) {
      expect(cost(() => decompress(bomb, { maxBytes: 262_144 }))).toBeLessThan(8_388_608)
      expect(cost(() => casmWire().decodeQuestion(bomb))).toBeLessThan(8_388_608)
      expect(isRejection(casmWire().decodeQuestion(bomb))).toBe(true)
    }
  })

  it('are not in 100 000 random frames either: what comes out is within the bound', () => {
    const rng = seeded(15)
    const frame = compress(new TextEncoder().encode('peer exchange keeps a small random view; '.repeat(8)))
    let read = 0
    for (let i = 0; i < 100_000; i++) {
      const damaged = frame.slice()
      for (let k = below(rng, 4); k >= 0; k--) damaged[below(rng, damaged.length)] = below(rng, 256)
      const out = decompress(damaged, { maxBytes: 65_536 })
      if (isLz4Rejection(out)) continue
      read++
      expect(out.length).toBeLessThanOrEqual(65_536)
    }
    expect(read).toBeLessThan(100_000)
  }, 60_000)
})

describe('T17, a frame full of the smallest elements', () => {
  it('keeps at most four times its bytes alive once it is read', async () => {
    const whole = await wholeMessage()
    expect(retained(() => decodeQuestion(whole.slice()), 200)).toBeLessThan(4 * whole.length)
    // Nothing but the shortest records, averages and picks that there can be, in a message of the longest kind.
    const averages = [4, ...Array<number>(4 * 12).fill(1)]
    const smallest = Uint8Array.of(
      1,
      0,
      0,
      0,
      1,
      limits.maxRecords,
      ...Array.from({ length: limits.maxRecords }, (_, i) => [i === limits.maxRecords - 1 ? 0 : 1, 0]).flat(),
      ...averages
    )
    const padded = new Uint8Array(65_536)
    padded.set(smallest)
    expect(isRejection(decodeQuestion(padded))).toBe(true)
    expect(retained(() => decodeQuestion(padded), 200)).toBeLessThan(1_024)
    expect(retained(() => decodeQuestion(smallest), 200)).toBeLessThan(4 * 65_536)
  })
})
