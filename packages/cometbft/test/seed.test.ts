/** A seed among real switches, on a network of streams and in virtual time. */
import { AddressBook, addrbookJson, netAddresses, rules } from '@pex/address-book'
import type { BookSnapshot, NetAddress } from '@pex/address-book'
import { dialects, PEX_CHANNEL, pexReactor, probe, SeedNode } from '@pex/cometbft'
import type { SeedBookFile, SeedEvent, SeedNodeInit, Verdict } from '@pex/cometbft'
import type { Metrics } from '@pex/core'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import { Switch } from '@pex/switch'
import { recordingMetrics, seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { SeededRng, StreamNetwork, VirtualClock } from '@pex/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { inTime } from './probe-scene.ts'

const chainId = 'testing-1'
const keyOf = (n: number): ReturnType<typeof nodeKey> => nodeKey(new Uint8Array(32).fill(n))
const seedIp = '93.184.216.34'
const seedAddress: NetAddress = { id: nodeIdOf(keyOf(200).publicKey), ip: seedIp, port: 26_656 }
const seedText = `${seedAddress.id}@${seedIp}:26656`

/** A file that outlives whoever writes it. */
class MemoryFile implements SeedBookFile {
  text: string | undefined
  saves: number[] = []
  isFull = false
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  async load(): ReturnType<SeedBookFile['load']> {
    if (this.text === undefined) return {}
    return addrbookJson.read(this.text) ?? { setAside: 'addrbook.json.corrupt' }
  }

  async save(snapshot: BookSnapshot<NetAddress>): Promise<void> {
    if (this.isFull) throw new Error('no space left')
    this.saves.push(this.#clock.now())
    this.text = addrbookJson.write(snapshot)
  }
}

interface Scene {
  readonly clock: VirtualClock
  readonly rng: SeededRng
  readonly network: StreamNetwork
  readonly file: MemoryFile
  readonly events: SeedEvent[]
  seed(init?: Partial<SeedNodeInit>): Promise<SeedNode>
  node(
    n: number,
    seeds?: readonly string[]
  ): Promise<{ net: Switch; book: AddressBook<NetAddress>; address: NetAddress }>
  probe(from?: number): Promise<Verdict>
  stops: (() => Promise<void>)[]
}

let last: Scene | undefined

function begin(metrics?: Metrics): Scene {
  const clock = virtualClock(1_700_000_000_000)
  const rng = seeded(1)
  const network = streamNetwork({ clock, rng, latencyMs: 20 })
  const file = new MemoryFile(clock)
  const events: SeedEvent[] = []
  const stops: (() => Promise<void>)[] = []
  last = {
    clock,
    rng,
    network,
    file,
    events,
    stops,
    async seed(init = {}) {
      const parts = {
        key: keyOf(200),
        carrier: network.carrier(seedIp),
        clock,
        rng: rng.fork(`seed ${clock.now()}`),
        file,
        metrics
      }
      const listen = [{ ip: seedIp, port: 26_656 }]
      const node = new SeedNode(parts, { chainId, listen, onEvent: event => events.push(event), ...init })
      await node.start()
      stops.push(() => node.stop())
      return node
    },
    async node(n, seeds = []) {
      const ip = `93.${n}.216.34`
      const key = keyOf(n)
      const book = new AddressBook({
        kind: netAddresses(),
        rules: rules.cometbft,
        rng: rng.fork(`book ${n}`)
      })
      const reactor = pexReactor({ book, seeds })
      const net = new Switch(
        {
          key,
          nodeInfo: { network: chainId },
          carrier: network.carrier(ip),
          clock,
          rng: rng.fork(`node ${n}`),
          reactors: [reactor]
        },
        { listen: [{ ip, port: 26_656 }] }
      )
      await net.start()
      stops.push(() => net.stop())
      return { net, book, address: { id: net.id, ip, port: 26_656 } }
    },
    probe: (from = 1) =>
      inTime(
        clock,
        probe(seedText, {
          chainId,
          carrier: network.carrier(`192.0.2.${from}`),
          clock,
          rng: rng.fork(`p${from}`)
        })
      )
  }
  return last
}

afterEach(async () => {
  if (last === undefined) return
  const { clock, network, stops } = last
  await inTime(clock, Promise.all(stops.map(stop => stop())))
  // Whoever hung up is heard of.
  await clock.advance(120_000)
  expect(network.sockets).toEqual([])
  expect(clock.pending).toBe(0)
})

describe('a seed', () => {
  it('introduces nodes that know nobody else, and keeps none of them', async () => {
    const { seed, node, clock } = begin()
    const one = await seed()
    const nodes = await Promise.all([1, 2, 3, 4, 5, 6].map(n => node(n, [seedText])))
    await clock.runUntil(() => nodes.every(({ net }) => net.peers.size === 5), { maxMs: 600_000 })
    await clock.advance(600_000)
    expect(one.status()).toMatchObject({
      peers: { inbound: 0, outbound: 0 },
      book: { tried: 6, showable: 6 }
    })
    expect(one.status().pex.events.served).toBeGreaterThanOrEqual(6)
  })

  it('shows only whom it has met, and only for a while', async () => {
    const { seed, node, clock, probe, network } = begin()
    const one = await seed({ answeredWithinMs: 1_200_000 })
    const a = await node(1, [seedText])
    const b = await node(2)
    await clock.advance(60_000)
    for (let i = 0; i < 30; i++)
      a.book.add({ id: String(i).padStart(40, '0'), ip: `8.8.${i}.8`, port: 26_656 }, a.address, clock.now())
    a.book.add(b.address, a.address, clock.now())
    await clock.advance(300_000)
    const addresses = expect.arrayContaining([a.address, b.address]) as NetAddress[]
    const verdict = await probe()
    expect(verdict).toMatchObject({ verdict: 'ok', addresses })
    expect(verdict).toHaveProperty('addresses.length', 2)
    expect(one.status().book).toMatchObject({ showable: 2 })
    network.blackhole(b.address.ip)
    await clock.advance(1_300_000)
    expect(await probe(2)).toMatchObject({ addresses: [a.address] })
  })

  it('answers a caller once and hangs up', async () => {
    const { seed, node, clock, probe } = begin()
    const one = await seed()
    await node(1, [seedText])
    await clock.advance(200_000)
    const before = one.status().pex.events.served
    expect(await probe()).toMatchObject({ verdict: 'ok', node: { moniker: 'pex-seed', network: chainId } })
    await clock.advance(5_000)
    expect(one.status().pex.events.served).toBe(before + 1)
    expect(one.status().peers).toMatchObject({ inbound: 0, sockets: 0 })
  })

  it('counts what it does, under labels of closed lists', async () => {
    const metrics = recordingMetrics()
    const { seed, node, clock, probe } = begin(metrics)
    const one = await seed()
    const labels = [...metrics.scrape().keys()].toSorted()
    const a = await node(1, [seedText])
    await clock.advance(60_000)
    await probe()
    await clock.advance(5_000)
    const found = metrics.scrape()
    expect(Object.fromEntries(found)).toMatchObject({
      pex_seed_showable_peers: 1,
      'pex_switch_peers{inbound}': 0,
      'pex_switch_pending{half_open}': 0,
      'pex_comet_crawl_nodes{visited}': 1,
      pex_seed_save_failing: 0,
      'pex_comet_bans_total{too-often}': 0,
      'pex_seed_saves_total{failed}': 0,
      'pex_address_book_peers{tried}': 1
    })
    expect(found.get('pex_mconnection_received_messages_total{0x00}')).toBeGreaterThan(1)
    expect(found.get('pex_comet_events_total{served}')).toBe(one.status().pex.events.served)
    // A second look gives the same: counters grow by what is new.
    await clock.advance(2_000)
    expect(metrics.scrape().get('pex_comet_events_total{served}')).toBe(one.status().pex.events.served)
    expect([...found.keys()].toSorted()).toEqual(labels)
    expect(labels.join(' ')).not.toContain(a.address.id)
  })

  it('says where others reach it', async () => {
    const { seed, probe } = begin()
    await seed({ externalAddress: 'seed.example.com:26656', moniker: 'ours', version: '1.2.3' })
    expect(await probe()).toMatchObject({
      node: { listenAddress: 'tcp://seed.example.com:26656', moniker: 'ours', version: '1.2.3' }
    })
  })
})

describe("a seed's book", () => {
  it('is there again after a crash: what it has met, it shows at once', async () => {
    const { seed, node, clock, probe, file, network, events } = begin()
    await seed()
    const a = await node(1, [seedText])
    const b = await node(2, [seedText])
    await clock.advance(60_000)
    const kept = file.text
    // The machine of the seed is gone; nothing of what it does reaches anybody or the disk.
    file.isFull = true
    network.cut(seedIp)
    await last!.stops.shift()!()
    file.isFull = false
    file.text = kept
    network.blackhole(a.address.ip)
    network.blackhole(b.address.ip)
    const again = await seed()
    expect(again.status().book).toMatchObject({ tried: 2, showable: 2 })
    expect(await probe()).toMatchObject({
      verdict: 'ok',
      addresses: expect.arrayContaining([a.address, b.address]) as unknown
    })
    expect(events.filter(({ kind }) => kind === 'book-loaded')).toMatchObject([
      { size: 0 },
      { size: 2, setAside: undefined }
    ])
  })

  it('is saved often at first, then every two minutes, and when it stops', async () => {
    const { seed, clock, file } = begin()
    const start = clock.now()
    const one = await seed()
    await clock.advance(600_000)
    expect(file.saves.map(at => (at - start) / 1_000)).toEqual([5, 15, 35, 75, 155, 275, 395, 515])
    await inTime(clock, one.stop())
    expect(file.saves.at(-1)).toBe(start + 600_000)
    expect(one.status().saves).toMatchObject({ done: 9, failed: 0, lastAt: start + 600_000 })
  })

  it('that cannot be saved is no end of the seed, and is tried again', async () => {
    const { seed, clock, file, events } = begin()
    const one = await seed()
    file.isFull = true
    await clock.advance(20_000)
    expect(one.status().saves).toMatchObject({ done: 0, failed: 2 })
    expect(events.filter(({ kind }) => kind === 'book-failed')).toHaveLength(2)
    file.isFull = false
    await clock.advance(60_000)
    expect(one.status().saves.done).toBeGreaterThan(0)
  })

  it('that is none has been set aside, and the seed says so', async () => {
    const { seed, file, events } = begin()
    file.text = 'no book'
    await seed()
    expect(events[0]).toMatchObject({ kind: 'book-loaded', size: 0, setAside: 'addrbook.json.corrupt' })
  })
})

describe('a seed and who abuses it', () => {
  it('turns an offender away, also after a crash', async () => {
    const { seed, clock, rng, network, file } = begin()
    const one = await seed()
    // It names addresses that nobody has asked for.
    const abuser = (): Switch =>
      new Switch({
        key: keyOf(66),
        nodeInfo: { network: chainId },
        carrier: network.carrier('66.66.1.1'),
        clock,
        rng: rng.fork('abuser'),
        reactors: [
          {
            channels: [dialects.cometbft.channel],
            addPeer: peer => void peer.trySend(PEX_CHANNEL, dialects.cometbft.answer([seedAddress], 1)),
            receive: () => {}
          }
        ]
      })
    const first = abuser()
    await first.start()
    await inTime(clock, first.dial(seedAddress))
    await clock.advance(20_000)
    expect(first.peers.size).toBe(0)
    expect(one.status()).toMatchObject({ pex: { bans: { unsolicited: 1 } }, book: { banned: 1 } })
    await inTime(clock, first.stop())
    await inTime(clock, one.stop())
    expect(addrbookJson.read(file.text!)?.snapshot.bans).toHaveLength(1)
    const again = await seed()
    const second = abuser()
    await second.start()
    await inTime(
      clock,
      second.dial(seedAddress).catch(() => {})
    )
    await clock.advance(5_000)
    expect(second.peers.size).toBe(0)
    expect(again.status().refusals.filtered).toBe(1)
    await inTime(clock, second.stop())
    // A day later it may come again.
    await clock.advance(24 * 3_600_000)
    const third = abuser()
    await third.start()
    await inTime(clock, third.dial(seedAddress))
    await inTime(clock, third.stop())
  })

  it('keeps no ban over a restart of who is only no use', async () => {
    const { seed, clock, rng, file, network } = begin()
    const key = keyOf(7)
    const other = { id: nodeIdOf(key.publicKey), ip: '77.7.7.7', port: 26_656 }
    const carrier = network.carrier(other.ip)
    const reactors = [{ channels: [dialects.cometbft.channel], receive: () => {} }]
    const net = new Switch(
      { key, nodeInfo: { network: 'other-1' }, carrier, clock, rng, reactors },
      { listen: [{ ip: other.ip, port: other.port }] }
    )
    await net.start()
    last!.stops.push(() => net.stop())
    const book = new AddressBook({ kind: netAddresses(), rules: rules.cometbft, rng })
    book.add(other, seedAddress, clock.now())
    file.text = addrbookJson.write(book.snapshot())
    const one = await seed()
    await clock.advance(60_000)
    expect(one.status()).toMatchObject({ book: { banned: 1 }, pex: { bans: { incompatible: 1 } } })
    await inTime(clock, one.stop())
    expect(addrbookJson.read(file.text)?.snapshot.bans).toEqual([])
  })
})
