/** Where and with what the figures were made. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Processes that wanted to run at the beginning, mean of a minute; none on Windows. */
  readonly load: number
  /** Versions of what was measured and of what it was measured against. */
  readonly versions: Readonly<Record<string, string>>
}

const measured = [
  'libp2p',
  '@libp2p/tcp',
  '@libp2p/noise',
  '@libp2p/yamux',
  '@libp2p/identify',
  '@libp2p/peer-record',
  '@libp2p/gossipsub',
  '@libp2p/pubsub-peer-discovery',
  '@libp2p/kad-dht',
  '@libp2p/bootstrap',
  'cyclon.p2p',
  'spray-wrtc'
]

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    load: loadavg()[0] ?? 0,
    versions: Object.fromEntries(measured.map(name => [name, versionOf(name)]))
  }
}

/** How nice the scheduler has been told to make this group of processes to all others; 0 where it knows no groups. */
export function niceness(): number {
  try {
    return Number(/nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Whether neighbours were at work, so that the figures are worse than they need be. */
export function isBusy({ load, cores }: Machine): boolean {
  return load > cores / 4
}

/** Reads the installed package's own manifest, which its `exports` need not show. */
function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  for (const folder of folders) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8'))
      return (manifest as { version: string }).version
    } catch {
      // Not in this folder.
    }
  }
  return 'unknown'
}
