/** The named adversaries of the fault matrix: what each of them does with the shipped wires. */
import { below, limits, sample } from '@pex/core'
import type { Descriptor, PeerRecord, Rng } from '@pex/core'
import { decode } from '../../../packages/broadcast/src/codec.ts'
import { idOf, drawNonce } from '../../../packages/broadcast/src/identity.ts'
import type { DataFrame } from '../../../packages/broadcast/src/message.ts'
import { HELLO } from '../../../packages/host/src/greeting.ts'
import { BROADCAST, GOSSIP, RPC } from './impostor.ts'
import type { Impostor, Manner } from './impostor.ts'
import type { AdversaryKind } from './plan.ts'
import { NEWS } from './slot.ts'

export const manners: Readonly<Record<AdversaryKind, Manner>> = {
  flood: {
    async beat(me) {
      const { rng } = me.parts
      const victim = me.victim()
      if (victim === undefined) return
      const protocols = [GOSSIP, BROADCAST, HELLO, RPC]
      const lengths = [0, 1, 9, 100, 2_048, limits.maxMessageBytes]
      for (let i = 0; i < 12; i++) {
        const body = rubbish(rng, lengths[below(rng, lengths.length)]!)
        void me.say(victim, protocols[below(rng, protocols.length)]!, body)
        void me.ask(victim, [])
      }
    },
    garble: (me, body) =>
      below(me.parts.rng, 2) === 0 ? body : rubbish(me.parts.rng, below(me.parts.rng, 300))
  },
  hops: {
    show: async me => {
      const hops = [1, 2, limits.memoryHop - 1, limits.memoryHop, limits.maxHop, limits.maxHop - 1]
      return describe(me, me.newest, () => hops[below(me.parts.rng, hops.length)]!)
    },
    beat: me => mingle(me, me.newest)
  },
  replay: {
    show: async me => describe(me, me.oldest, () => 1),
    beat: me => mingle(me, me.oldest)
  },
  victim: {
    show: me => masks(me, me.victim()?.addresses ?? []),
    async beat(me) {
      const [victim, other] = [me.victim(), me.victim()]
      if (victim === undefined || other === undefined) return
      await me.greet(other)
      await me.ask(other, await masks(me, victim.addresses))
    }
  },
  pin: {
    show: async me => {
      await me.renew()
      return masks(me, me.parts.transport.addresses())
    },
    async beat(me) {
      await me.renew()
      for (const victim of sample(me.parts.rng, me.parts.honest(), 3))
        void me.ask(victim, await masks(me, me.parts.transport.addresses()))
    }
  },
  double: {
    // One record as often as a message may hold it, and again beside others.
    show: async me => doubled(me, limits.maxRecords - 1),
    async beat(me) {
      const victim = me.victim()
      if (victim === undefined) return
      await me.greet(victim)
      for (const times of [2, limits.maxRecords - 1]) void me.ask(victim, doubled(me, times))
      void me.ask(victim, [...doubled(me, 2), ...describe(me, me.newest, () => 1)])
    }
  },
  oversize: {
    show: async me => doubled(me, limits.maxRecords + below(me.parts.rng, 3)),
    async beat(me) {
      const victim = me.victim()
      if (victim === undefined) return
      const counts = [limits.maxRecords, limits.maxRecords + 1, 100, 1_000]
      await me.greet(victim)
      void me.ask(victim, doubled(me, counts[below(me.parts.rng, counts.length)]!))
    }
  },
  silent: {
    show: async () => undefined,
    async beat(me) {
      const victim = me.victim()
      if (victim === undefined) return
      await me.greet(victim)
      await me.ask(victim, [])
    }
  },
  broadcasts: {
    beat: async me => {
      const victim = me.victim()
      if (victim === undefined) return
      await me.greet(victim)
      const frames = [news(me, 2), news(me, 0), news(me, 2)]
      // One message with two histories, ids that nobody has, and grafts for them.
      const ids = frames.map(({ id }) => `${id.slice(2)}00`)
      await me.broadcast(victim, [
        ...frames,
        { ...frames[1]!, hop: 200 },
        { kind: 'announce', announced: ids.map(id => ({ id, hop: 1 })) },
        { kind: 'graft', ids },
        { kind: 'prune' }
      ])
    },
    hear: (me, _from, body) => {
      // What came is sent back to whoever sent it, and to somebody else with other hops and a prune.
      const frames = decode(body)
      const victim = me.victim()
      if (victim !== undefined && typeof frames !== 'string')
        void me.broadcast(victim, [
          ...frames.map(frame => ('hop' in frame ? { ...frame, hop: 1 } : frame)),
          { kind: 'prune' }
        ])
      return body
    }
  },
  forge: {
    show: async me => describe(me, me.newest, () => 1).map(descriptor => forged(descriptor, me.parts.rng)),
    async beat(me) {
      const victim = me.victim()
      if (victim === undefined) return
      await me.ask(victim, [])
      await me.ask(
        victim,
        describe(me, me.newest, () => 1).map(descriptor => forged(descriptor, me.parts.rng))
      )
    }
  }
}

function rubbish(rng: Rng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => rng() & 0xff)
}

async function mingle(me: Impostor, records: ReadonlyMap<string, PeerRecord>): Promise<void> {
  const victim = me.victim()
  if (victim === undefined) return
  await me.greet(victim)
  await me.ask(
    victim,
    describe(me, records, () => 1).filter(({ record }) => record.id !== victim.id)
  )
}

function describe(me: Impostor, records: ReadonlyMap<string, PeerRecord>, hop: () => number): Descriptor[] {
  return sample(me.parts.rng, [...records.values()], 5).map(record => ({ record, hop: hop() }))
}

/** One record so many times. */
function doubled(me: Impostor, times: number): Descriptor[] {
  const [one] = describe(me, me.newest, () => 1)
  return one === undefined ? [] : Array.from({ length: times }, () => one)
}

/** Rightly signed records of peers that do not exist, all at one place. */
async function masks(me: Impostor, addresses: readonly string[]): Promise<Descriptor[]> {
  const shown: Descriptor[] = []
  for (const mask of sample(me.parts.rng, me.parts.masks, 4))
    shown.push({ record: await mask.sign(addresses, BigInt(me.parts.clock.now())), hop: 1 })
  return shown
}

function news(me: Impostor, kind: number): DataFrame {
  const { rng, clock } = me.parts
  const payload = Uint8Array.of(kind, ...rubbish(rng, 4))
  const message = { protocol: NEWS, publishedAt: clock.now(), nonce: drawNonce(rng), payload }
  return { kind: 'data', id: idOf(message), hop: 1, message }
}

/** The record with a place of somebody else's choice: one bit of what was signed, or of the signature. */
function forged({ record, hop }: Descriptor, rng: Rng): Descriptor {
  const envelope = record.envelope.slice()
  envelope[envelope.length - 1 - below(rng, 8)]! ^= 1 << below(rng, 8)
  return { record: { ...record, envelope }, hop }
}
