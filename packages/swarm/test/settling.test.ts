/**
 * Simultaneous opens: whatever the order in which each end learns of each connection, both end up with the same one, and nothing
 * that was under way is lost.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactOf, swarms, value, World } from './world.ts'
import type { End, TestSwarm } from './world.ts'

const SETTLED_MS = 30_000
const LATENCY_MS = 50
type Kind = Pick<End, 'isLimited' | 'isRelayed'>
const plain: Kind = { isLimited: false, isRelayed: false }

/** Two swarms, `a` and `b`, the lower id first, and connections whose ends each of them learns of when the test says so. */
class Two {
  readonly world = new World()
  readonly a: TestSwarm = this.#swarm('a')
  readonly b: TestSwarm = this.#swarm('b')
  /** The ends of each connection at `a` and at `b`. */
  readonly ends = new Map<string, { readonly a: End; readonly b: End }>()

  /** A swarm whose closing of a connection takes a while to be heard of at the other end. */
  #swarm(id: string): TestSwarm {
    const close = async (end: End): Promise<void> => {
      end.isOpen = false
      this.world.swarms.get(end.owner!)!.gone(end)
      this.world.clock.after(LATENCY_MS, () => this.world.cut(end.other!))
    }
    return this.world.swarm(id, {}, { dialer: { ...this.world.dialer(id), close } })
  }

  /** A connection that the host of its first letter opens. */
  make(name: string, kind: Kind = plain, kindAtB: Kind = kind): this {
    const a: End = { peer: 'b', address: `/memory/${name}`, isOpen: true, owner: 'a', ...kind }
    const b: End = { peer: 'a', address: `/memory/${name}`, isOpen: true, owner: 'b', other: a, ...kindAtB }
    a.other = b
    this.ends.set(name, { a, b })
    return this
  }

  /** One end learns of the connection; of one that is broken by then it learns nothing. */
  learn(event: string): void {
    const [name, at] = event.split('@') as [string, 'a' | 'b']
    const end = this.ends.get(name)![at]
    if (!end.isOpen) return
    this[at].adopt(end, name.startsWith(at) ? 'outbound' : 'inbound').catch(() => {})
  }

  cut(name: string): void {
    this.world.cut(this.ends.get(name)!.a)
  }

  /** The names of the connections that are open at an end. */
  open(at: 'a' | 'b'): string[] {
    const raw = new Map([...this.ends].map(([name, ends]) => [ends[at], name]))
    return this[at]
      .connections()
      .filter(({ isOpen }) => isOpen)
      .map(connection => raw.get(connection.raw)!)
      .toSorted()
  }

  async best(at: 'a' | 'b'): Promise<string> {
    const { raw } = await this[at].dial({ id: at === 'a' ? 'b' : 'a', addresses: [] }, { noDial: true })
    return [...this.ends].find(([, ends]) => ends[at] === raw)![0]
  }
}

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map(order => [item, ...order]))
}

/** Plays the events in their order; gives what is open at each end when all has settled, which is to be the same. */
async function play(names: readonly string[], events: readonly string[]): Promise<string[]> {
  const two = new Two()
  for (const name of names) two.make(name)
  for (const event of events) {
    if (event.startsWith('cut ')) two.cut(event.slice(4))
    else two.learn(event)
    await two.world.clock.advance(10)
  }
  await two.world.clock.advance(SETTLED_MS)
  expect(two.open('b')).toEqual(two.open('a'))
  expect(await two.best('b')).toBe(await two.best('a'))
  expect(two.world.clock.pending).toBe(0)
  return two.open('a')
}

const both = (name: string): string[] => [`${name}@a`, `${name}@b`]

describe('two that call each other at once', () => {
  it('keep the one that the lower id opened, in every order in which the ends learn of them', async () => {
    const orders = ordersOf([...both('a1'), ...both('b1')])
    expect(orders.length).toBe(24)
    for (const order of orders) expect(await play(['a1', 'b1'], order)).toEqual(['a1'])
  })

  it.each(['a1', 'b1'])('keep the other one where %s breaks, at whatever moment', async broken => {
    const left = broken === 'a1' ? 'b1' : 'a1'
    for (const order of ordersOf([...both('a1'), ...both('b1'), `cut ${broken}`]))
      expect(await play(['a1', 'b1'], order)).toEqual([left])
  })

  it.each(['a2', 'b2'])('keep one of the lower id’s, where %s comes as a third', async third => {
    for (const order of ordersOf([...both('a1'), ...both('b1'), ...both(third)])) {
      const [kept, ...others] = await play(['a1', 'b1', third], order)
      expect(kept).toMatch(/^a/)
      expect(others).toEqual([])
    }
  })

  it('settle by real dials too, and agree for each of thirty peers', async () => {
    const world = new World()
    const all = await swarms(world, 30)
    for (let round = 0; round < 3; round++)
      await value(
        world,
        Promise.all(all.flatMap(a => all.filter(b => b !== a).map(b => a.dial(contactOf(b)))))
      )
    expect(all.some(swarm => swarm.connections().length > 29)).toBe(true)
    await world.clock.advance(SETTLED_MS)
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1)) {
        const [mine, theirs] = [a.connections(b.self), b.connections(a.self)]
        expect([mine.length, theirs.length]).toEqual([1, 1])
        expect(mine[0]!.raw.other).toBe(theirs[0]!.raw)
        expect(mine[0]!.direction).toBe(a.self < b.self ? 'outbound' : 'inbound')
      }
  })
})

describe('the one that has lost', () => {
  const opened = async (): Promise<Two> => {
    const two = new Two().make('a1').make('b1')
    two.learn('b1@b')
    two.learn('b1@a')
    await two.world.clock.settle()
    return two
  }
  const win = async (two: Two): Promise<void> => {
    two.learn('a1@a')
    two.learn('a1@b')
    await two.world.clock.settle()
  }

  it('finishes the stream that is on it, however long that takes, and takes no new one', async () => {
    const two = await opened()
    const stream = await value(two.world, two.a.openStream({ id: 'b', addresses: [] }))
    const served = two.b.connections('a')[0]!.streams[0]!
    await win(two)
    const next = await value(two.world, two.a.openStream({ id: 'b', addresses: [] }))
    expect(next.connection.raw).toBe(two.ends.get('a1')!.a)
    await two.world.clock.advance(600_000)
    expect([stream.isOpen, served.isOpen, two.open('a')]).toEqual([true, true, ['a1', 'b1']])
    await value(two.world, stream.close())
    await value(two.world, served.close())
    await two.world.clock.advance(4_999)
    expect(two.open('a')).toEqual(['a1', 'b1'])
    await two.world.clock.advance(2 + LATENCY_MS)
    expect([two.open('a'), two.open('b')]).toEqual([['a1'], ['a1']])
  })

  it('is used again by whoever holds it, and then has to be idle anew', async () => {
    const two = await opened()
    const held = two.b.connections('a')[0]!
    const { signal } = new AbortController()
    const busy = await value(two.world, held.openStream({ signal }))
    await win(two)
    await two.world.clock.advance(3_000)
    await value(two.world, busy.close())
    for (const passed of [4_000, 4_000]) {
      await two.world.clock.advance(passed)
      expect(two.open('b')).toEqual(['a1', 'b1'])
      await value(two.world, (await value(two.world, held.openStream({ signal }))).close())
    }
    for (const { streams } of two.a.connections('b')) for (const each of streams) await each.close()
    await two.world.clock.advance(5_001)
    expect(two.open('b')).toEqual(['a1'])
  })

  it('stays where the winner has ended and nobody has said so', async () => {
    const two = await opened()
    await win(two)
    for (const end of Object.values(two.ends.get('a1')!)) end.isOpen = false
    await two.world.clock.advance(SETTLED_MS)
    expect([two.open('a'), two.open('b')]).toEqual([['b1'], ['b1']])
  })

  it('goes on where the winner breaks before it is closed', async () => {
    const two = await opened()
    await win(two)
    await two.world.clock.advance(4_000)
    two.cut('a1')
    await two.world.clock.advance(SETTLED_MS)
    expect([two.open('a'), two.open('b')]).toEqual([['b1'], ['b1']])
  })

  it('stays where its opener does not have the winner: it may have started anew', async () => {
    const two = await opened()
    two.learn('a1@a')
    await two.world.clock.advance(600_000)
    expect(two.open('a')).toEqual(['a1', 'b1'])
  })

  it('is used by whom is called again long after: the old one is likely to be dead', async () => {
    const two = new Two().make('a1').make('b1')
    two.learn('a1@a')
    await two.world.clock.advance(60_001)
    two.learn('b1@a')
    expect(await two.best('a')).toBe('b1')
  })

  it('is closed by its opener alone, so a caller can push nobody’s connection out', async () => {
    const two = new Two().make('b1').make('b2')
    two.learn('b1@a')
    two.learn('b2@a')
    await two.world.clock.advance(600_000)
    expect(two.open('a')).toEqual(['b1', 'b2'])
  })

  it('stays where nobody is told of streams, or where it is not to settle', async () => {
    for (const [init, parts] of [
      [{ settleMs: Infinity }, {}],
      [{}, { streams: undefined }]
    ] as const) {
      const world = new World()
      const b = world.swarm('b', init, parts)
      const end = (): End => ({ peer: 'a', address: '/memory/a', isOpen: true, ...plain })
      const [winner, loser] = [end(), end()]
      await b.adopt(loser, 'outbound')
      await b.adopt(winner, 'inbound')
      await world.clock.advance(600_000)
      expect(b.connections('a').length).toBe(2)
      expect((await b.dial({ id: 'a', addresses: [] })).raw).toBe(winner)
    }
  })

  it('leaves no timer behind when the swarm closes', async () => {
    const two = await opened()
    await win(two)
    await value(two.world, Promise.all([two.a.close(), two.b.close()]))
    await two.world.clock.advance(LATENCY_MS)
    expect(two.world.clock.pending).toBe(0)
  })
})

describe('connections of several kinds', () => {
  it('settle on the best kind, whoever opened it', async () => {
    const relayed: Kind = { isLimited: false, isRelayed: true }
    for (const order of ordersOf([...both('a1'), ...both('b1')])) {
      const two = new Two().make('a1', relayed).make('b1')
      for (const event of order) two.learn(event)
      await two.world.clock.advance(SETTLED_MS)
      expect([await two.best('a'), await two.best('b')]).toEqual(['b1', 'b1'])
    }
  })

  it('are never both closed, whatever the ends believe of their kinds', async () => {
    const kinds = [0, 1, 2, 3].map(bits => ({ isLimited: bits >= 2, isRelayed: bits % 2 === 1 }))
    for (const [a, b, c, d] of kinds.flatMap(i =>
      kinds.flatMap(j => kinds.flatMap(k => kinds.map(l => [i, j, k, l])))
    ))
      for (const order of [
        [...both('a1'), ...both('b1')],
        [...both('b1'), ...both('a1')]
      ]) {
        const two = new Two().make('a1', a, b).make('b1', c, d)
        for (const event of order) two.learn(event)
        await two.world.clock.advance(SETTLED_MS)
        expect(two.open('a')).toEqual(two.open('b'))
        expect(two.open('a')).not.toEqual([])
        if (a === b && c === d) expect(await two.best('a')).toBe(await two.best('b'))
      }
  })

  const kind = fc.record({ isLimited: fc.boolean(), isRelayed: fc.boolean() })
  const step = fc.oneof(
    fc.record({ learn: fc.nat(7) }),
    fc.record({ use: fc.constantFrom('a' as const, 'b' as const), ms: fc.nat(20_000) }),
    fc.record({ pass: fc.nat(3_000) })
  )

  it('leave each end one that the other has too, even where they differ about the kinds, and lose no stream', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(kind, { minLength: 8, maxLength: 8 }),
        fc.array(step, { maxLength: 24 }),
        async (kinds, steps) => {
          const two = new Two()
          const names = ['a1', 'b1', 'a2', 'b2']
          for (const [i, name] of names.entries()) two.make(name, kinds[2 * i], kinds[2 * i + 1])
          let lost = 0
          const use = async (at: 'a' | 'b', ms: number): Promise<void> => {
            const peer = at === 'a' ? 'b' : 'a'
            if (!two[at].isConnected(peer)) return
            const stream = await two[at].openStream({ id: peer, addresses: [] }, { useLimited: true })
            two.world.clock.after(ms, () => {
              if (stream.isOpen && stream.raw.isOpen && stream.connection.isOpen) void stream.close()
              else lost++
              for (const each of two[peer].connections())
                for (const other of each.streams) if (other.raw === stream.raw.other) void other.close()
            })
          }
          const events = names.flatMap(both)
          const learned = new Set<string>()
          for (const each of steps) {
            if ('pass' in each) await two.world.clock.advance(each.pass)
            else if ('use' in each) await value(two.world, use(each.use, each.ms))
            else {
              // The other end of a connection is at most a moment behind.
              const name = events[each.learn]!.split('@')[0]!
              for (const event of [events[each.learn]!, ...both(name)]) {
                if (!learned.has(event)) two.learn(event)
                learned.add(event)
                await two.world.clock.advance(LATENCY_MS)
              }
            }
          }
          await two.world.clock.advance(4 * SETTLED_MS)
          expect(lost).toBe(0)
          expect(two.open('b')).toEqual(two.open('a'))
          expect(two.open('a').length).toBeGreaterThan(learned.size > 0 ? 0 : -1)
          expect(two.world.clock.pending).toBe(0)
        }
      ),
      { numRuns: 300 }
    )
  })
})
