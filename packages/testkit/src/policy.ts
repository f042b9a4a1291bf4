/**
 * The contract of every `Policy`, as a suite of tests with the runner handed in: the laws that hold whatever a protocol
 * does with its view. Scenes are drawn from seeds, so that a failure names the seed that brings it back.
 */
import { ageOf, below, hold, hopOf, limits, sample, View } from '@pex/core'
import type { Descriptor, Entry, PeerRecord, Policy, Rng, Turn } from '@pex/core'
import { seeded, withSeed } from './chance.ts'
import type { Runner } from './runner.ts'

export interface PolicySuiteOptions {
  /** Names the policy in the tests. */
  readonly name: string
  /** A fresh policy. */
  readonly create: () => Policy
  /** Scenes for each law. @default 200 */
  readonly scenes?: number
  /** Whether a merge lets nobody go while there is room for everybody. @default true */
  readonly keepsWhileRoom?: boolean
}

/** What a policy is given to merge. */
interface Scene {
  readonly view: View
  readonly received: readonly Descriptor[]
  readonly round: number
  /** How many entries are shown in the same exchange. */
  readonly count: number
}

/** Whose views they are; ids of others are letters and numbers. */
const SELF = 'self'
/** Few ids, so that what is received often speaks of somebody in the view. */
const IDS = 80
const MAX_AGE = 50
const NO_BYTES = new Uint8Array(0)

/** Declares the tests of the `Policy` contract with the runner. */
export function policySuite(
  runner: Runner,
  { name, create, scenes = 200, keepsWhileRoom = true }: PolicySuiteOptions
): void {
  const each = (law: (scene: Scene, policy: Policy, rng: Rng) => void) => (): void => {
    for (let seed = 1; seed <= scenes; seed++)
      withSeed(seed, rng => law(drawScene(rng.fork('scene')), create(), rng.fork('policy')))
  }
  runner.describe(`the contract of a policy: ${name}`, () => {
    partnerSelection(runner, create, each)
    showing(runner, each)
    merging(runner, each, keepsWhileRoom)
    history(runner, create)
  })
}

type Each = (law: (scene: Scene, policy: Policy, rng: Rng) => void) => () => void

function partnerSelection({ it, expect }: Runner, create: () => Policy, each: Each): void {
  it(
    'partners are so many different entries of the view as were asked for, or all of them',
    each(({ view, round }, policy, rng) => {
      for (const count of [0, 1, limits.triesPerRound, view.size + 1]) {
        const partners = policy.partners(view, { round, rng }, count)
        expect(partners.length).toBe(Math.min(count, view.size))
        expect(new Set(partners).size).toBe(partners.length)
        expect(partners.every(partner => view.get(partner.record.id) === partner)).toBe(true)
      }
    })
  )
  it('nobody in the view stays unasked for ever, however many of the others never answer', () => {
    withSeed(1, rng => {
      const view = drawView(rng, 16, 16, 100)
      const policy = create()
      const asked = new Set<Entry>()
      for (let i = 0; i < 1_000; i++)
        for (const partner of policy.partners(view, { round: 100, rng }, limits.triesPerRound))
          asked.add(partner)
      expect(asked.size).toBe(view.size)
    })
  })
}

function showing({ it, expect }: Runner, each: Each): void {
  it(
    'what is shown are different entries of the view, and no more of them than were asked for',
    each(({ view, round, count }, policy, rng) => {
      for (const most of [0, 1, count, view.size + 1]) {
        const shown = policy.show(view, { round, rng }, most)
        expect(shown.length).toBeLessThanOrEqual(most)
        expect(new Set(shown).size).toBe(shown.length)
        expect(shown.every(entry => view.get(entry.record.id) === entry)).toBe(true)
      }
    })
  )
  it(
    'whoever holds somebody shows somebody',
    each(({ view, round, count }, policy, rng) => {
      const shown = policy.show(view, { round, rng }, count)
      expect(shown.length > 0).toBe(view.size > 0)
    })
  )
}

function merging({ it, expect }: Runner, each: Each, keepsWhileRoom: boolean): void {
  /** Runs an exchange's two steps, on inputs that nobody can change. */
  const exchange = (
    { view, received, round, count }: Scene,
    policy: Policy,
    rng: Rng,
    left: readonly Entry[] = []
  ) => {
    const turn: Turn = Object.freeze({ round, rng })
    const sent = Object.freeze([...policy.show(view, turn, count), ...left])
    return policy.merge(view, received, sent, turn)
  }
  const allOf = ({ view, received }: Scene): Set<string> =>
    new Set([...view.entries, ...received].map(({ record }) => record.id))

  it(
    'a merge keeps owner and bound, holds each id once, never its owner, and invents nobody',
    each((scene, policy, rng) => {
      const { view, received } = scene
      const merged = exchange(scene, policy, rng)
      const records = new Set([...view.entries, ...received].map(({ record }) => record))
      expect([merged.owner, merged.max]).toEqual([view.owner, view.max])
      expect(merged.size).toBeLessThanOrEqual(view.max)
      expect(new Set(merged.entries.map(({ record }) => record.id)).size).toBe(merged.size)
      expect(merged.has(SELF)).toBe(false)
      expect(merged.entries.every(({ record }) => records.has(record))).toBe(true)
    })
  )
  it(
    'of two records of one peer the one with the higher seq stays, or neither',
    each((scene, policy, rng) => {
      const merged = exchange(scene, policy, rng)
      for (const { record } of [...scene.view.entries, ...scene.received])
        expect((merged.get(record.id)?.record.seq ?? record.seq) >= record.seq).toBe(true)
    })
  )
  it(
    'our own age only grows, except by the word of the peer itself, which makes it 0',
    each((scene, policy, rng) => {
      const { view, received, round } = scene
      const merged = exchange(scene, policy, rng)
      const speaker = received.at(-1)?.hop === 0 ? received.at(-1)?.record.id : undefined
      for (const entry of merged.entries) {
        const held = view.get(entry.record.id)
        const expected = held === undefined || entry.record.id === speaker ? 0 : ageOf(held, round)
        expect(ageOf(entry, round), entry.record.id).toBe(expected)
      }
    })
  )
  it(
    'what an entry claims when it is passed on is a hop above 0 and within the limit',
    each((scene, policy, rng) => {
      const merged = exchange(scene, policy, rng)
      for (const entry of merged.entries) {
        for (const round of [scene.round, scene.round + 5_000]) {
          expect(hopOf(entry, round)).toBeGreaterThanOrEqual(1)
          expect(hopOf(entry, round)).toBeLessThanOrEqual(limits.maxHop)
        }
      }
    })
  )
  it(
    'the same seed gives the same choice, and the inputs stay as they were',
    each((scene, policy, rng) => {
      const before = [...scene.view.entries]
      const seed = rng()
      const [first, second] = [0, 1].map(() => exchange(scene, policy, seeded(seed)).entries)
      expect(first).toEqual(second)
      expect(scene.view.entries.length).toBe(before.length)
      expect(scene.view.entries.every((entry, i) => entry === before[i])).toBe(true)
    })
  )
  it(
    'what was sent and has left the view since does no harm',
    each((scene, policy, rng) => {
      const gone = [0, 1].map(i => hold({ record: drawRecord(`gone${i}`, 1n), hop: 1 }, 0))
      const merged = exchange(scene, policy, rng, gone)
      expect(merged.entries.every(({ record }) => allOf(scene).has(record.id))).toBe(true)
    })
  )
  it(
    'a message without news changes nobody',
    each((scene, policy, rng) => {
      const { view } = scene
      const merged = exchange({ ...scene, received: [] }, policy, rng)
      expect(new Set(merged.entries)).toEqual(new Set(view.entries))
    })
  )
  if (!keepsWhileRoom) return
  it(
    'while there is room for everybody, everybody stays',
    each((scene, policy, rng) => {
      const all = allOf(scene)
      if (all.size > scene.view.max) return
      expect(new Set(exchange(scene, policy, rng).entries.map(({ record }) => record.id))).toEqual(all)
    })
  )
}

function history({ it, expect }: Runner, create: () => Policy): void {
  it('a thousand exchanges in a row fill the view and never leave it empty', () => {
    withSeed(7, rng => {
      const policy = create()
      let view = View.empty(SELF, 16)
      for (let round = 0; round < 1_000; round++) {
        const received = drawMessage(rng, 8)
        view = policy.merge(view, received, policy.show(view, { round, rng }, 7), { round, rng })
        expect(view.size).toBeGreaterThanOrEqual(Math.min(received.length, view.max / 2))
      }
      expect(view.size).toBeGreaterThanOrEqual(view.max / 2)
    })
  })
}

function drawScene(rng: Rng): Scene {
  const max = 2 + below(rng, 31)
  const round = below(rng, 3) * MAX_AGE
  // Every third view is full.
  const size = below(rng, 3) === 0 ? max : below(rng, max + 1)
  const received = drawMessage(rng, 1 + below(rng, Math.max(Math.floor(max / 2), 1)))
  const view = drawView(rng, max, size, round)
  // A message of 2 to c/2 records, without the own one.
  const count = 1 + below(rng, Math.max(Math.floor(max / 2), 2) - 1)
  return { view, received: Object.freeze(received), round, count }
}

function drawView(rng: Rng, max: number, size: number, round: number): View {
  const entries = drawIds(rng, size).map(id => {
    const descriptor = { record: drawRecord(id, BigInt(below(rng, 4))), hop: below(rng, 100) }
    return { ...hold(descriptor, round), since: round - below(rng, MAX_AGE) }
  })
  const view = View.empty(SELF, max).of(Object.freeze(entries))
  return view
}

/** What admission lets through: unique ids; a sender's own record, if it counts, comes last. */
function drawMessage(rng: Rng, count: number): Descriptor[] {
  const heard = drawIds(rng, count)
  const counts = below(rng, 4) > 0
  return heard.map((id, i) => ({
    record: drawRecord(id, BigInt(below(rng, 4))),
    hop: counts && i === count - 1 ? 0 : 1 + below(rng, limits.maxHop)
  }))
}

function drawIds(rng: Rng, count: number): string[] {
  const all = Array.from({ length: IDS }, (_, i) => `p${i}`)
  return sample(rng, all, count)
}

function drawRecord(id: string, seq: bigint): PeerRecord {
  return { id, seq, addresses: ['/memory/1'], envelope: NO_BYTES }
}
