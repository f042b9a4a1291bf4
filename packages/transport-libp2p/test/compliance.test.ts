/**
 * js-libp2p's own suite for peer discovery modules. It is written for mocha: its words are given to it here.
 */
import { afterEach, beforeEach, describe, it } from 'vitest'
import { pex } from '@pex/transport-libp2p'
import type { PexService, PexServiceComponents } from '@pex/transport-libp2p'
import type { Libp2p } from '@libp2p/interface'
import { createNode } from './support/nodes.ts'

const NAMESPACE = 'compliance'

type Hook = (...args: unknown[]) => void
const titled =
  (hook: typeof afterEach): Hook =>
  (...args) =>
    hook(args.findLast(arg => typeof arg === 'function') as () => Promise<void>)
Object.assign(globalThis, {
  describe,
  it,
  beforeEach: titled(beforeEach),
  afterEach: titled(afterEach)
})
const { default: peerDiscoverySuite } = await import('@libp2p/interface-compliance-tests/peer-discovery')

let known: Libp2p<{ pex: PexService }>
let node: Libp2p

/** A module on the components of a node that runs, beside a node that it can discover. */
async function setup(): Promise<PexService> {
  known = await createNode({ pex: pex({ namespaces: [NAMESPACE] }) })
  await known.start()
  let components: PexServiceComponents | undefined
  node = await createNode({ seen: (given: PexServiceComponents) => (components = given) && {} })
  await node.start()
  return pex({ namespaces: [NAMESPACE], bootstrap: known.getMultiaddrs().map(String) })(components!)
}

peerDiscoverySuite({
  setup,
  async teardown() {
    await Promise.all([known.stop(), node.stop()])
  }
})
