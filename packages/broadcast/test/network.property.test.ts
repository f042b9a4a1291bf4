/** Some machines, links between them that lose, delay and double messages, and nodes that die: everybody gets everything. */
import { below, chance, shuffle } from '@pex/core'
import type { Frame, Output } from '@pex/broadcast'
import { BroadcastMachine } from '@pex/broadcast'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bounds } from '../src/bounds.ts'
import { message } from './kit.ts'

interface World {
  readonly clock: VirtualClock
  readonly got: Set<string>[]
  readonly machines: BroadcastMachine[]
  publish(node: number): string
  kill(node: number): void
  alive(): number[]
}

interface Init {
  readonly seed: number
  readonly nodes: number
  readonly degree: number
  readonly loss: number
  readonly verdictMs: number
}

function world({ seed, nodes, degree, loss, verdictMs }: Init): World {
  const rng = seeded(seed)
  const clock = virtualClock(5_000_000)
  const machines = Array.from({ length: nodes }, () => new BroadcastMachine({ rng }))
  const got = machines.map(() => new Set<string>())
  const dead = new Set<number>()
  const cancels: (() => void)[] = []
  const links = machines.map(() => new Set<number>())
  // A ring, so that all are connected, and chords.
  const order = shuffle(
    rng,
    machines.map((_, node) => node)
  )
  const link = (a: number, b: number): void => {
    if (a === b) return
    links[a]!.add(b)
    links[b]!.add(a)
  }
  order.forEach((node, at) => link(node, order[(at + 1) % nodes]!))
  for (let i = 0; i < (nodes * (degree - 2)) / 2; i++) link(below(rng, nodes), below(rng, nodes))

  const carry = (node: number, outputs: readonly Output[]): void => {
    for (const output of outputs) {
      if (output.type === 'wake') {
        cancels[node]?.()
        cancels[node] = clock.after(output.at - clock.now(), () => handle(node, { type: 'wake' }))
      } else if (output.type === 'validate') {
        const { id } = output
        expect(got[node]!.has(id), 'it comes once').toBe(false)
        got[node]!.add(id)
        clock.after(below(rng, verdictMs + 1), () => handle(node, { type: 'judged', id, verdict: 'valid' }))
      } else if (output.type === 'send') send(node, Number(output.to), output.frame)
    }
  }
  const handle = (node: number, input: Parameters<BroadcastMachine['handle']>[1]): readonly Output[] => {
    if (dead.has(node)) return []
    const outputs = machines[node]!.handle(clock.now(), input)
    carry(node, outputs)
    const { missing, pending, held, heldBytes } = machines[node]!.census
    expect(missing).toBeLessThanOrEqual(bounds.missingPerPeer * bounds.neighbours)
    expect(pending).toBeLessThanOrEqual(bounds.pending)
    expect(held).toBeLessThanOrEqual(bounds.held)
    expect(heldBytes).toBeLessThanOrEqual(bounds.heldBytes)
    return outputs
  }
  const send = (from: number, to: number, frame: Frame): void => {
    for (let copies = chance(rng, 0.05) ? 2 : 1; copies > 0; copies--) {
      if (chance(rng, loss)) continue
      clock.after(5 + below(rng, 80), () => {
        if (!dead.has(to)) handle(to, { type: 'received', from: String(from), frames: [frame] })
        else if (!dead.has(from)) {
          links[from]!.delete(to)
          handle(from, { type: 'unreachable', id: String(to) })
        }
      })
    }
  }
  machines.forEach((machine, node) => {
    machine.register('chat', 'mid')
    handle(node, { type: 'neighbours', ids: [...links[node]!].map(String) })
  })
  return {
    clock,
    got,
    machines,
    alive: () => machines.map((_, node) => node).filter(node => !dead.has(node)),
    kill: node => void dead.add(node),
    publish(node) {
      const [output] = handle(node, { type: 'published', message: message(below(rng, 60_000)) })
      const id = output?.type === 'published' ? output.id : ''
      got[node]!.add(id)
      return id
    }
  }
}

it('every message from any node reaches every node, over links that delay and double, with verdicts that take time', async () => {
  const init = fc.record({
    seed: fc.integer(),
    nodes: fc.integer({ min: 2, max: 25 }),
    degree: fc.integer({ min: 3, max: 7 }),
    loss: fc.constant(0),
    verdictMs: fc.constantFrom(0, 30)
  })
  await fc.assert(
    fc.asyncProperty(init, async init => {
      const { clock, publish, got } = world(init)
      const rng = seeded(init.seed + 1)
      const ids: string[] = []
      for (let i = 0; i < 8; i++) {
        ids.push(publish(below(rng, init.nodes)))
        await clock.advance(below(rng, 300))
      }
      await clock.advance(20_000)
      for (const id of ids) expect(got.every(set => set.has(id))).toBe(true)
    }),
    { numRuns: 25 }
  )
}, 20_000)

it('what links lose is made good along others', async () => {
  let missed = 0
  for (let seed = 1; seed <= 5; seed++) {
    const { clock, publish, got } = world({ seed, nodes: 30, degree: 6, loss: 0.05, verdictMs: 5 })
    const ids = Array.from({ length: 10 }, (_, i) => publish(i))
    await clock.advance(20_000)
    missed += ids.reduce((sum, id) => sum + got.filter(set => !set.has(id)).length, 0)
  }
  // Of 1 500; a twentieth of all payloads was lost.
  expect(missed).toBeLessThanOrEqual(3)
}, 20_000)

it('when nodes die in the middle of it, all that can still be reached get it', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { clock, publish, kill, alive, got } = world({ seed, nodes: 40, degree: 8, loss: 0, verdictMs: 5 })
    for (let i = 0; i < 5; i++) {
      publish(i)
      await clock.advance(1_000)
    }
    const rng = seeded(seed)
    const id = publish(39)
    await clock.advance(60)
    for (const node of shuffle(rng, alive()).slice(0, 8)) if (node !== 39) kill(node)
    await clock.advance(30_000)
    for (const node of alive()) expect(got[node]!.has(id), `node ${node}, seed ${seed}`).toBe(true)
  }
}, 20_000)

it('a tree forms: with steady links a message takes hardly more payloads than there are nodes', async () => {
  const { clock, publish, machines } = world({ seed: 3, nodes: 60, degree: 6, loss: 0, verdictMs: 0 })
  const pushed = (): number => machines.reduce((sum, { counts }) => sum + counts.totals.pushed, 0)
  for (let i = 0; i < 20; i++) {
    publish(i)
    await clock.advance(2_000)
  }
  const before = pushed()
  for (let i = 0; i < 20; i++) {
    publish(59 - i)
    await clock.advance(2_000)
  }
  expect((pushed() - before) / 20).toBeLessThan(59 * 1.2)
}, 20_000)
