/** The shipped broadcast over the shipped sampling, beside flooding by the same machine. */
import { Overlay, runDissemination, seededRng } from '@pex/sim'
import type { DisseminationOptions } from '@pex/sim'
import { describe, expect, it } from 'vitest'
import { Mesh } from '../src/dissemination/mesh.ts'
import { Tally } from '../src/dissemination/tally.ts'
import { Timeline } from '../src/dissemination/timeline.ts'

const options: DisseminationOptions = { nodes: 300, messages: 15, crash: 0.3, seed: 1 }

describe('a broadcast among 300 nodes', () => {
  const ours = runDissemination(options)
  const flood = runDissemination({ ...options, mode: 'flood' })

  it('reaches everybody, with hardly a payload too many once the tree stands', () => {
    expect(ours.steady.worst).toBe(1)
    expect(ours.steady.redundancy).toBeLessThan(0.1)
  })

  it('reaches every live node after 30 % have died at once', () => {
    expect(ours.crashed!.worst).toBe(1)
    expect(ours.crashed!.redundancy).toBeLessThan(0.5)
  })

  it('takes many times fewer payloads than flooding over the same links, and not many times as long', () => {
    expect(ours.degree).toBeCloseTo(flood.degree, 0)
    expect(flood.steady.worst).toBe(1)
    expect(flood.steady.redundancy).toBeGreaterThan(5)
    expect(ours.steady.lastMs).toBeLessThan(6 * flood.steady.lastMs)
    expect(ours.steady.lastHops).toBeLessThan(2 * flood.steady.lastHops)
  })

  it('is decided by its seed', () => {
    const small = { ...options, nodes: 60 }
    expect(runDissemination(small)).toEqual(runDissemination(small))
    expect(runDissemination({ ...small, seed: 2 })).not.toEqual(runDissemination(small))
  })

  it('survives what is lost on the way', () => {
    const { steady } = runDissemination({ ...options, crash: 0, loss: 0.05 })
    expect(steady.worst).toBeGreaterThan(0.99)
    expect(steady.redundancy).toBeLessThan(0.5)
  })
})

it('two nodes are a network', () => {
  const { steady, crashed } = runDissemination({ nodes: 2, messages: 2, seed: 1 })
  expect(steady).toMatchObject({ messages: 2, worst: 1, redundancy: 0, mostHops: 1 })
  expect(crashed).toBeUndefined()
})

it.each<Partial<DisseminationOptions>>([
  { nodes: 1 },
  { nodes: 1.5 },
  { nodes: 200_000 },
  { crash: 1 },
  { crash: -0.1 },
  { messages: 0 }
])('what makes no sense is refused: %j', wrong => {
  expect(() => runDissemination({ ...options, ...wrong })).toThrow(
    expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
  )
})

describe('the timeline', () => {
  it('brings what is due in the order of its times, and at one instant in the order of posting', () => {
    const timeline = new Timeline()
    const seen: string[] = []
    const delays = [30, 10, 20, 10, 0, 50, 20, 10, 40]
    delays.forEach((ms, at) => timeline.after(ms, () => seen.push(`${timeline.now}:${at}`)))
    timeline.after(15, () => timeline.after(0, () => seen.push('nested')))
    timeline.advance(40)
    expect(seen).toEqual(['0:4', '10:1', '10:3', '10:7', 'nested', '20:2', '20:6', '30:0', '40:8'])
    timeline.advance(10)
    expect(seen.at(-1)).toBe('50:5')
    expect(timeline.now).toBe(50)
  })
})

describe('the mesh', () => {
  it('has every link at both ends, no more than its bounds, and none to who has been found dead', () => {
    const nodes = 50
    const overlay = new Overlay({ policy: 'balanced', nodes, seed: 1 })
    for (let node = 0; node < nodes; node++) overlay.join(node === 0 ? undefined : node - 1)
    for (let round = 0; round < 30; round++) overlay.round()
    const changed = new Set<number>()
    const onChange = (node: number): void => void changed.add(node)
    const mesh = new Mesh({ overlay, nodes, links: 3, rng: seededRng(1), onChange })
    let retries = 0
    for (let node = 0; node < nodes; node++) mesh.dial(node, () => retries++)
    expect(changed.size).toBe(nodes)
    expect(retries).toBe(0)
    for (let node = 0; node < nodes; node++) {
      const near = mesh.neighbours(node)
      expect(near.length).toBeGreaterThanOrEqual(3)
      expect(near.length).toBeLessThanOrEqual(3 + 6)
      for (const peer of near) expect(mesh.neighbours(peer)).toContain(node)
    }
    const [dead] = mesh.neighbours(0)
    mesh.alive[dead!] = 0
    mesh.drop(0, dead!)
    expect(mesh.neighbours(0)).not.toContain(dead)
    for (let i = 0; i < 20; i++) mesh.dial(0, () => retries++)
    expect(mesh.neighbours(0), 'the dead are not called again').not.toContain(dead)
    expect(mesh.neighbours(0).length).toBeGreaterThanOrEqual(3)
  })
})

describe('the tally', () => {
  it('counts redundancy over receivers, and reliability over those that live', () => {
    const tally = new Tally(4)
    tally.published('m', 0, 100)
    for (const node of [1, 2]) tally.got('m', node, node, 100 + node)
    for (let i = 0; i < 4; i++) tally.payload('m')
    // Node 2 is dead, node 3 never got it.
    const spread = tally.conclude(Uint8Array.of(1, 1, 0, 1))
    expect(spread).toMatchObject({ messages: 1, redundancy: 1, lastHops: 2, lastMs: 2 })
    expect(spread.reliability).toBeCloseTo(2 / 3)
    tally.payload('m')
    tally.got('m', 3, 1, 200)
  })
})
