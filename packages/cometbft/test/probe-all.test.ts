/** Probing a list: bounded in everything, in the order of completion, and quick although half of it is dead. */
import { describe, expect, it } from 'vitest'
import { probeAll } from '@pex/cometbft'
import type { ProbeAllInit, Verdict } from '@pex/cometbft'
import type { Duplex } from '@pex/mconnection'
import type { Carrier } from '@pex/switch'
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import type { StreamNetwork, VirtualClock } from '@pex/testkit'
import { chain, honest, inTime, TestNode } from './probe-scene.ts'

const start = 1_700_000_000_000

interface World {
  readonly clock: VirtualClock
  readonly network: StreamNetwork
  readonly init: ProbeAllInit
  add(ip: string, port?: number): Promise<{ target: string; node: TestNode }>
}

function world(changed: Partial<ProbeAllInit> = {}): World {
  const clock = virtualClock(start)
  const network = streamNetwork({ clock, rng: seeded(1), latencyMs: [10, 60], dialMs: 60_000 })
  const carrier = network.carrier('192.0.2.1')
  let seed = 0
  return {
    clock,
    network,
    init: { chainId: chain, carrier, clock, rng: seeded(2), ...changed },
    async add(ip, port = 26_656) {
      const node = new TestNode(clock, ++seed % 256)
      await node.listen(network.carrier(ip), { ip, port }, honest)
      return { target: `${node.id}@${ip}:${port}`, node }
    }
  }
}

async function all(targets: Parameters<typeof probeAll>[0], init: ProbeAllInit): Promise<Verdict[]> {
  const found: Verdict[] = []
  for await (const verdict of probeAll(targets, init)) found.push(verdict)
  return found
}

/** A carrier that knows how many connections are made or open at once. */
function countedCarrier({ dial, listen }: Carrier): { carrier: Carrier; open: number; most: number } {
  const counted = { carrier: { dial: count, listen }, open: 0, most: 0 }
  return counted

  async function count(...args: Parameters<Carrier['dial']>): Promise<Duplex> {
    counted.most = Math.max(counted.most, ++counted.open)
    let isOpen = true
    const end = (): void => {
      if (isOpen) counted.open--
      isOpen = false
    }
    try {
      const duplex = await dial(...args)
      const { source } = duplex
      const write = duplex.write.bind(duplex)
      const close = (): Promise<void> => duplex.close().finally(end)
      return { source, write, close, abort: reason => (end(), duplex.abort(reason)) }
    } catch (error) {
      end()
      throw error
    }
  }
}

describe('probing a list', () => {
  it('of 200 of which half are dead takes far less than a minute, and never more at once than it may', async () => {
    const { clock, network, init, add } = world()
    const targets: string[] = []
    for (let i = 0; i < 200; i++) {
      const ip = `10.${i % 50}.${i}.7`
      targets.push((await add(ip)).target)
      if (i % 2 === 0) network.blackhole(ip)
    }
    const counted = countedCarrier(init.carrier)
    const found = await inTime(clock, all(targets, { ...init, carrier: counted.carrier }))
    expect(clock.now() - start).toBeLessThan(20_000)
    expect(counted.most).toBe(32)
    expect(counted.open).toBe(0)
    expect(new Set(found.map(({ target }) => target))).toEqual(new Set(targets))
    const counts = (verdict: string): number => found.filter(each => each.verdict === verdict).length
    expect([counts('ok'), counts('timeout')]).toEqual([100, 100])
  })

  it('gives each verdict as soon as it is found', async () => {
    const { clock, network, init, add } = world()
    const slow = await add('10.1.0.7')
    const quick = await add('10.2.0.7')
    network.blackhole('10.1.0.7')
    const found = await inTime(clock, all([slow.target, quick.target], init))
    expect(found.map(({ target }) => target)).toEqual([quick.target, slow.target])
  })

  it('visits a host four times at once, and a network eight times', async () => {
    const { clock, network, init, add } = world()
    const targets: string[] = []
    for (let i = 0; i < 6; i++) targets.push((await add('10.1.0.7', 26_000 + i)).target)
    for (let i = 0; i < 12; i++) targets.push((await add(`10.2.0.${i + 1}`)).target)
    let [perHost, perNetwork] = [0, 0]
    const watch = (): void => {
      const open = network.sockets.filter(({ local }) => local.ip === '192.0.2.1')
      perHost = Math.max(perHost, open.filter(({ remote }) => remote.ip === '10.1.0.7').length)
      perNetwork = Math.max(perNetwork, open.filter(({ remote }) => remote.ip.startsWith('10.2.0.')).length)
      if (!isOver) clock.after(1, watch)
    }
    let isOver = false
    watch()
    const found = await inTime(clock, all(targets, init))
    isOver = true
    expect(found.map(({ verdict }) => verdict)).toEqual(targets.map(() => 'ok'))
    expect([perHost, perNetwork]).toEqual([4, 8])
  })

  it('visits a node once that is named several times', async () => {
    const { clock, init, add } = world()
    const { target, node } = await add('10.1.0.7')
    const found = await inTime(clock, all([target, `tcp://${target}`, target, 'nobody', 'nobody'], init))
    expect(found.map(({ verdict }) => verdict).toSorted()).toEqual(['bad-target', 'ok'])
    expect(node.connections).toBe(1)
  })

  it('holds each target to its own chain, where it has one', async () => {
    const { clock, init, add } = world()
    const [{ target }, other] = [await add('10.1.0.7'), await add('10.2.0.7')]
    const found = await inTime(clock, all([target, { target: other.target, chainId: 'other-2' }], init))
    expect(found.map(({ verdict }) => verdict).toSorted()).toEqual(['ok', 'wrong-chain'])
  })

  it('shows one key to all', async () => {
    const { clock, init, add } = world()
    const nodes = [await add('10.1.0.7'), await add('10.2.0.7')]
    await inTime(
      clock,
      all(
        nodes.map(({ target }) => target),
        init
      )
    )
    expect(new Set(nodes.flatMap(({ node }) => node.met.map(({ id }) => id))).size).toBe(1)
  })

  it('begins no probe while nobody takes a verdict', async () => {
    const { clock, network, init, add } = world({ concurrency: 2 })
    const targets: string[] = []
    for (let i = 0; i < 6; i++) targets.push((await add(`10.${i}.0.7`)).target)
    const verdicts = probeAll(targets, init)
    await inTime(clock, verdicts.next())
    await clock.advance(60_000)
    const dials = Array.from({ length: 6 }, (_, i) => network.dialsTo(`10.${i}.0.7`))
    expect(dials.reduce((sum, each) => sum + each)).toBe(2)
    await inTime(clock, verdicts.return())
    expect(network.sockets.filter(({ local }) => local.ip === '192.0.2.1')).toEqual([])
  })

  it('ends at once when it is left, whatever is under way', async () => {
    const { clock, network, init, add } = world()
    const [quick, slow] = [await add('10.1.0.7'), await add('10.2.0.7')]
    network.blackhole('10.2.0.7')
    const verdicts = probeAll([quick.target, slow.target], init)
    await inTime(clock, verdicts.next())
    const left = clock.now()
    await inTime(clock, verdicts.return())
    expect(clock.now()).toBe(left)
    expect(network.dialling).toBe(0)
  })

  it('ends at once when it is aborted, also for those that wait for their turn, and leaves nothing open', async () => {
    const controller = new AbortController()
    const { clock, network, init, add } = world({ signal: controller.signal })
    const targets: string[] = []
    for (let i = 0; i < 5; i++) targets.push((await add('10.1.0.7', 26_000 + i)).target)
    network.blackhole('10.1.0.7')
    clock.after(1_000, () => controller.abort())
    expect(await inTime(clock, all(targets, init))).toEqual([])
    expect(clock.now() - start).toBeLessThan(1_100)
    expect(network.dialling).toBe(0)
  })

  it('does nothing at all with a signal that is aborted, or without targets', async () => {
    const { clock, init, add } = world({ signal: AbortSignal.abort() })
    const { target, node } = await add('10.1.0.7')
    expect(await inTime(clock, all([target], init))).toEqual([])
    expect(node.connections).toBe(0)
    expect(await all([], world().init)).toEqual([])
  })

  it.each([{ concurrency: 0 }, { perHost: 1.5 }, { perNetwork: Number.NaN }])('refuses %j', async wrong => {
    await expect(all([], world(wrong).init)).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
  })
})
