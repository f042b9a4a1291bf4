import { describe, expect, it } from 'vitest'
import { seeded } from '@pex/testkit'
import { PeerManager } from '../../src/tm035/peer-manager.ts'
import { peerRules } from '../../src/tm035/rules.ts'
import { a, b, c, managerOf, self, tcp } from './scene.ts'

const rng = seeded(1)

describe('a manager’s options', () => {
  it.each([
    ['nothing but zeros', {}],
    ['persistent peers', { persistent: [a] }],
    ['as many persistent peers as connections', { persistent: [a, b, c], maxConnected: 3 }],
    ['as many peers as connections and upgrades', { maxPeers: 3, maxConnected: 2, maxConnectedUpgrade: 1 }],
    ['a cap on retries as long as the first', { minRetryMs: 5_000, maxRetryMs: 5_000 }],
    ['such a cap for persistent peers', { minRetryMs: 5_000, maxRetryPersistentMs: 5_000 }],
    ['as many outgoing connections as connections', { maxConnected: 3, maxOutgoing: 3 }],
    ['an address of its own', { selfAddress: tcp(self) }]
  ])('may be %s', (_, init) => {
    expect(() => managerOf(init)).not.toThrow()
  })

  it.each([
    ['a persistent id that is none', { persistent: ['foo'] }],
    ['a persistent id in upper case', { persistent: [a.toUpperCase()] }],
    ['an unconditional id that is none', { unconditional: ['foo'] }],
    ['a private id that is none', { private: ['foo'] }],
    ['an id of its own that is none', { id: '' }],
    ['more persistent peers than connections', { persistent: [a, b, c], maxConnected: 2 }],
    ['more of them in spite of upgrades', { persistent: [a, b, c], maxConnected: 2, maxConnectedUpgrade: 2 }],
    ['a bound on peers without one on connections', { maxPeers: 3 }],
    ['fewer peers than connections', { maxPeers: 2, maxConnected: 3 }],
    ['fewer peers than connections and upgrades', { maxPeers: 2, maxConnected: 2, maxConnectedUpgrade: 1 }],
    ['more peers than a store may hold', { maxPeers: 65_536, maxConnected: 2 }],
    ['a cap on retries below the first', { minRetryMs: 7_000, maxRetryMs: 5_000 }],
    ['a cap on retries without any', { maxRetryMs: 5_000 }],
    ['such a cap for persistent peers below it', { minRetryMs: 7_000, maxRetryPersistentMs: 5_000 }],
    ['such a cap for persistent peers without retries', { maxRetryPersistentMs: 5_000 }],
    ['more outgoing connections than connections', { maxConnected: 2, maxOutgoing: 3 }],
    ['an address of somebody else', { selfAddress: tcp(a) }],
    ['a number that is none', { maxConnected: Number.NaN }],
    ['a negative one', { retryJitterMs: -1 }]
  ])('are not %s', (_, init) => {
    expect(() => managerOf(init)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })

  it('left out are those of a node, in both generations', () => {
    expect(new PeerManager({ id: self, rng }).options).toMatchObject({
      maxConnected: 64,
      maxConnectedUpgrade: 4,
      maxOutgoing: 0,
      maxPeers: 132,
      minRetryMs: 250,
      maxRetryMs: 120_000,
      maxRetryPersistentMs: 120_000,
      retryJitterMs: 5_000,
      disconnectCooldownMs: 0
    })
    expect(new PeerManager({ id: self, rng, rules: peerRules.tm035 }).options).toMatchObject({
      maxConnected: 64,
      maxOutgoing: 32,
      maxPeers: 260,
      maxRetryMs: 1_800_000,
      maxRetryPersistentMs: 300_000,
      disconnectCooldownMs: 2_000
    })
  })

  it('left out suit those that are there', () => {
    expect(new PeerManager({ id: self, rng, maxConnected: 2, minRetryMs: 600_000 }).options).toMatchObject({
      maxPeers: 8,
      maxRetryMs: 600_000
    })
    expect(new PeerManager({ id: self, rng, maxConnected: 0, minRetryMs: 0 }).options).toMatchObject({
      maxConnectedUpgrade: 0,
      maxPeers: 0,
      maxRetryMs: 0
    })
    expect(new PeerManager({ id: self, rng, maxConnected: 0 }).ratio).toBe(0)
  })
})
