/** CometBFT's node as it is released, a chain of its own included, beside nodes of this project. */
import { probe } from '@pex/cometbft'
import { systemClock, systemRng } from '@pex/service'
import { tcp } from '@pex/switch/tcp'
import { describe, expect, it } from 'vitest'
import { buildNode, hasGo, skipped, versions } from './support/build.ts'
import { FullNode } from './support/full-node.ts'
import { CHAIN } from './support/go.ts'
import { TsNode } from './support/ts-node.ts'

const nodes = hasGo ? await Promise.all(versions.map(buildNode)) : []
for (const [i, { name }] of versions.entries()) {
  const program = nodes[i]
  const why = hasGo && program === undefined ? ' (skipped: cometbft does not build here)' : skipped

  describe.skipIf(program === undefined)(`the node of CometBFT ${name}, as it is released${why}`, () => {
    it.each([false, true])('is met by a probe; in seed mode: %s', async seedMode => {
      const node = await FullNode.start(program!, { seedMode })
      const verdict = await probe(node.address, {
        carrier: tcp(),
        clock: systemClock,
        rng: systemRng,
        chainId: CHAIN
      })
      expect(verdict).toMatchObject({ verdict: 'ok', node: { id: node.id, version: name, network: CHAIN } })
    })

    it('finds nodes in TypeScript through a seed in TypeScript, and connects to them', async () => {
      const seed = await TsNode.start({ isSeed: true })
      const peers = await Promise.all([1, 2, 3].map(() => TsNode.start({ seeds: [seed.address] })))
      await Promise.all(peers.map(({ id }) => seed.met(id)))
      const node = await FullNode.start(program!, { seeds: [seed.address] })
      await Promise.all(peers.map(({ id }) => node.added(id)))
      await Promise.all(peers.map(peer => peer.added(node.id)))
      for (const peer of peers) expect(peer.switch.peers.get(node.id)?.nodeInfo.version).toBe(name)
    })

    it('in seed mode introduces nodes in TypeScript to each other', async () => {
      const seed = await FullNode.start(program!, { seedMode: true })
      const seeds = [seed.address]
      const [a, b] = await Promise.all([TsNode.start({ seeds }), TsNode.start({ seeds })])
      await Promise.all([a.added(b.id), b.added(a.id)])
      await Promise.all([a.removed(seed.id), b.removed(seed.id)])
      expect(a.book.get(b.id) ?? b.book.get(a.id)).toBeDefined()
    })
  })
}
