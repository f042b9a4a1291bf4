/** Policies for tests of the engine: one that trades entries with three messages, and one that watches another. */
import { role, verdict } from '@pex/core'
import type { Ground, Rules, Sampling, SamplingInit } from '@pex/core'

export type Policy = SamplingInit['policy']

/** What a trading policy has done. */
export interface Ledger {
  /** Exchanges that the initiator picked in: each is to be settled once on either side. */
  agreed: number
  initiators: number
  responders: number
}

/** Trades one entry for one: exchanges of three messages that neither make nor lose an entry. */
export function trade(ledger: Ledger = { agreed: 0, initiators: 0, responders: 0 }): Policy {
  return { name: 'trade', exchangeSize: 4, open: ground => tradeRules(ground, ledger) }
}

function tradeRules({ views, rng, shown }: Ground, ledger: Ledger): Rules {
  const place = (node: number): number => Math.floor((rng() / 2 ** 32) * views.sizes[node]!)
  return {
    join() {},
    begin() {},
    partners(node, out, count) {
      const size = views.sizes[node]!
      const first = size === 0 ? 0 : place(node)
      const found = Math.min(size, count)
      for (let i = 0; i < found; i++) out[i] = views.peers[node * views.max + ((first + i) % size)]!
      return found
    },
    show(node, to, out) {
      const size = views.sizes[node]!
      const first = size === 0 ? 0 : place(node)
      for (let i = 0; i < Math.min(size, shown); i++) {
        const at = node * views.max + ((first + i) % size)
        if (views.peers[at] !== to) out.push(views.peers[at]!, views.hop(node, at))
      }
    },
    merge(node, _, __, received) {
      for (let i = 0; i < received.count; i++) this.learn(node, received.peers[i]!, received.hops[i]!)
      return verdict.welcome
    },
    remove(node, peer) {
      const at = views.find(node, peer)
      if (at >= 0) views.remove(node, at)
    },
    learn(node, peer, hop) {
      if (peer !== node && !views.isFull(node) && views.find(node, peer) < 0) views.add(node, peer, hop)
    },
    view(node, out) {
      for (let i = 0; i < views.sizes[node]!; i++) out[i] = views.peers[node * views.max + i]!
      return views.sizes[node]!
    },
    settling: {
      pick(node, _, as, received, picks) {
        if (as === role.initiator) ledger.agreed++
        for (let i = 0; i < received.count - 1 && picks.count < 1; i++)
          if (received.peers[i] !== node && views.find(node, received.peers[i]!) < 0) picks.push(i)
        return verdict.welcome
      },
      settle(node, _, as, { sent, received, taken, given }) {
        if (as === role.initiator) ledger.initiators++
        else ledger.responders++
        for (let i = 0; i < given.count; i++) this.remove(node, sent.peers[given.places[i]!]!)
        for (let i = 0; i < taken.count; i++) {
          const peer = received.peers[taken.places[i]!]!
          if (peer !== node && !views.isFull(node) && views.find(node, peer) < 0) views.add(node, peer, 1)
        }
      },
      remove(node: number, peer: number) {
        const at = views.find(node, peer)
        if (at >= 0) views.remove(node, at)
      }
    } as Rules['settling'] & { remove(node: number, peer: number): void }
  }
}

/** What a watched policy tells. */
export interface Watch {
  joined?(node: number): void
  /** An initiator has merged what came back. */
  merged?(node: number, from: number, round: number): void
}

/** A policy that does as another one, and tells. */
export function watched(policy: Policy, watch: Watch): Policy {
  return {
    ...policy,
    open(ground) {
      const rules = policy.open(ground)
      const join = rules.join.bind(rules)
      const merge = rules.merge.bind(rules)
      return Object.assign(rules, {
        join(node: number) {
          watch.joined?.(node)
          join(node)
        },
        merge(...[node, from, as, received, sent]: Parameters<Rules['merge']>) {
          if (as === role.initiator) watch.merged?.(node, from, ground.views.rounds[node]!)
          return merge(node, from, as, received, sent)
        }
      })
    }
  }
}

/** The entries of every node's view. */
export function rowsOf(sampling: Sampling, nodes: number, viewSize: number): number[][] {
  const row = new Uint32Array(viewSize)
  return Array.from({ length: nodes }, (_, node) => [...row.subarray(0, sampling.view(node, row))])
}
