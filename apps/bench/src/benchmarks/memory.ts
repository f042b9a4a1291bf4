/** What an idle service and its store cost in memory, on top of the libp2p node that carries them. */
import { inChild } from '../child.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import type { MemoryJob } from '../jobs/memory.ts'

const sizes: Record<Scale, { batches: number; perBatch: number }> = {
  full: { batches: 6, perBatch: 20 },
  quick: { batches: 4, perBatch: 10 },
  tiny: { batches: 2, perBatch: 2 }
}

/** What is counted, and whether the target is for it. */
const cases: readonly { host: MemoryJob['host']; name: string; judged: boolean }[] = [
  { host: 'memory', name: 'idle service, memory store', judged: true },
  { host: 'level', name: 'idle service, level store', judged: true },
  { host: 'memory, full view', name: 'the same with a full view, memory store', judged: false }
]

export const memory: Benchmark = {
  name: 'memory',
  question: 'How much heap does an idle service take, its store included?',
  method:
    'Hosts are started in batches in a process of their own, all garbage is collected after each batch, and the slope of the heap (with ' +
    'typed arrays; without what LevelDB keeps for itself) over the number of hosts counts: 6 batches of 20 after one to warm up. Shown is ' +
    'what a service in one namespace adds to the rival, a bare libp2p node with TCP, noise, yamux and identify.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const kibOf = async (host: MemoryJob['host']): Promise<number> => {
      progress(`heap of ${host === 'libp2p' ? 'bare libp2p nodes' : `hosts: ${host}`}`)
      return (await inChild('memory', { host, ...sizes[scale] })).heap / 1_024
    }
    const bare = await kibOf('libp2p')
    const figures: Figure[] = []
    for (const { host, name, judged } of cases)
      figures.push({
        name,
        value: (await kibOf(host)) - bare,
        unit: 'KiB',
        rival: { name: 'bare libp2p node', value: bare },
        target: judged ? { of: 'value', bound: 'at most', value: 30 } : undefined
      })
    return figures
  }
}
