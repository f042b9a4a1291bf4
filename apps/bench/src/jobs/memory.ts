/**
 * What one more idle host costs: hosts are started batch after batch in one process, and the slope of the heap over their
 * number is the answer. A line through many batches takes what is loaded once, and luck with the collector, out of it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Libp2p } from '@libp2p/interface'
import type { Discovery, PeerRecord, Store } from '@pex/core'
import { limits } from '@pex/core'
import { levelStore } from '@pex/store-level'
import { memoryStore } from '@pex/store-memory'
import { pex } from '@pex/transport-libp2p'
import type { PexService } from '@pex/transport-libp2p'
import { startHost } from '../host.ts'
import { slope } from '../measure.ts'
import { strangers } from '../peers.ts'

/** What stands on each libp2p node: nothing, or peer exchange with a store, its view empty or full. */
export interface MemoryJob {
  readonly host: 'libp2p' | 'memory' | 'level' | 'memory, full view'
  readonly batches: number
  readonly perBatch: number
}

export interface MemoryResult {
  /** Bytes for each host: the heap, and what lies outside for objects in it (typed arrays). */
  readonly heap: number
}

const NAMESPACE = 'bench'

export async function measureMemory({ host, batches, perBatch }: MemoryJob): Promise<MemoryResult> {
  const folder = await mkdtemp(join(tmpdir(), 'pex-bench-'))
  const known = host === 'memory, full view' ? await strangers(limits.viewSize) : []
  const nodes: Libp2p[] = []
  const more = async (): Promise<void> => {
    for (let i = 0; i < perBatch; i++) {
      const store = host === 'level' ? levelStore(join(folder, String(nodes.length))) : memoryStore()
      nodes.push(host === 'libp2p' ? await startHost({ services: {} }) : await startPex(store, known))
    }
  }
  try {
    await more()
    const points = [await settled(nodes.length)]
    for (let batch = 0; batch < batches; batch++) {
      await more()
      points.push(await settled(nodes.length))
    }
    return { heap: slope(points) }
  } finally {
    await Promise.all(nodes.map(node => node.stop()))
    await rm(folder, { recursive: true, force: true })
  }
}

/** An idle host: it has joined, its first round is over, and the next one is an hour away. */
async function startPex(store: Store, known: readonly PeerRecord[]): Promise<Libp2p<{ pex: PexService }>> {
  const node = await startHost({
    services: { pex: pex({ gossip: { tickMs: 3_600_000 }, discovery: [offering(known)], store }) }
  })
  const { pex: service } = node.services
  await service.join(NAMESPACE)
  await service.advertise(NAMESPACE)
  await service.flush()
  const { length } = service.view(NAMESPACE)
  if (length !== known.length) throw new Error(`a view has ${length} entries, not ${known.length}`)
  return node
}

/** Brings envelopes, and nobody to call. */
function offering(records: readonly PeerRecord[]): Discovery {
  return {
    async *findPeers() {
      for (const { envelope } of records) yield { addresses: [], envelope }
    }
  }
}

/** How many hosts there are, and the memory in use when everything that can be collected has been. */
async function settled(hosts: number): Promise<readonly [hosts: number, heap: number]> {
  if (global.gc === undefined) throw new Error('start node with --expose-gc')
  // What one collection finalizes the next one frees.
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => setTimeout(resolve, 50))
    global.gc()
  }
  const { heapUsed, external } = process.memoryUsage()
  return [hosts, heapUsed + external]
}
