/** An exchange on casm's wire between two of ours, beside the same between two peers in Go. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { limits } from '@pex/core'
import { PeerProcess } from '../casm/process.ts'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { quantile } from '../measure.ts'
import { strangers } from '../peers.ts'

const NAMESPACE = 'bench'
const root = join(import.meta.dirname, '..', '..', '..', '..')
const source = join(root, 'apps', 'interop', 'src', 'go')
/** Its modules may have to be fetched and compiled first. */
const GO_MS = 900_000
const amounts: Record<Scale, { warmUp: number; turns: number; exchanges: number }> = {
  full: { warmUp: 2_000, turns: 7, exchanges: 1_000 },
  quick: { warmUp: 1_000, turns: 3, exchanges: 300 },
  tiny: { warmUp: 1, turns: 1, exchanges: 3 }
}

/** Two peers, and what exchanges between them have cost so far. */
interface Pair {
  readonly asker: PeerProcess
  readonly responder: PeerProcess
  /** Processor time of both per exchange, one for each turn; and how long the asker waited for each exchange. ms. */
  readonly processor: number[]
  readonly wall: number[]
}

type Start = () => Promise<PeerProcess>

export const casmGo: Benchmark = {
  name: 'casm-go',
  question: 'What does an exchange on casm’s wire cost, here and in Go?',
  method:
    'Two processes on TCP loopback with noise and yamux, an open connection, one exchange after the other, 16 records each way between ' +
    'full views (c = 32, S = 10, P = 5, D = 0.005) in memory, which come to hold the same peers; that they are full is checked after ' +
    'each turn. Processor time is that of both processes, user and system, all threads, by /proc: median of 7 turns of ' +
    '1 000 exchanges, the pairs of processes taking turns, after 2 000 to warm up. Wall time is what the asker waits for one exchange. The rival is a Go peer by casm’s rules on casm’s ' +
    'libraries (apps/interop), for casm’s own module cannot be had here: like casm it verifies the 32 records of its view whenever it ' +
    'loads it, and the 16 that it receives. The sparing one holds what it has verified, and verifies the 16 alone. All records new: ' +
    'ours, with a verifier that forgets. Without Go there is no rival.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const data = await mkdtemp(join(tmpdir(), 'pex-bench-'))
    const running: PeerProcess[] = []
    const pairOf = async (start: Start): Promise<Pair> => {
      for (let i = 0; i < 2; i++) running.push(await start())
      const [asker, responder] = running.slice(-2) as [PeerProcess, PeerProcess]
      return { asker, responder, processor: [], wall: [] }
    }
    try {
      const program = await build(progress)
      const seen = await pairOf(() => ours(limits.maxVerified))
      const fresh = await pairOf(() => ours(1))
      const pairOfGo = async (store: string): Promise<Pair | undefined> =>
        program === undefined ? undefined : pairOf(() => goPeer(program, data, store))
      const go = await pairOfGo('memory')
      const sparing = await pairOfGo('opened')
      await measure(
        [seen, fresh, go, sparing].filter(pair => pair !== undefined),
        scale,
        progress
      )
      return figuresOf(seen, fresh, go, sparing)
    } finally {
      await Promise.all(running.map(peer => peer.stop()))
      await rm(data, { recursive: true, force: true })
    }
  },

  charts: figures => ({ '': compared('One exchange on casm’s wire', figures) })
}

function figuresOf(seen: Pair, fresh: Pair, go: Pair | undefined, sparing: Pair | undefined): Figure[] {
  const costs = [
    ['processor time', (pair: Pair) => quantile(pair.processor, 0.5)],
    ['wall time, p50', (pair: Pair) => quantile(pair.wall, 0.5)]
  ] as const
  const figures = costs.flatMap(([cost, of]) => {
    const figure = (name: string, pair: Pair, rival?: Pair, most?: number, by = 'Go'): Figure => ({
      name: `${cost}, ${name}`,
      value: of(pair),
      unit: 'ms',
      rival: rival && { name: by, value: of(rival) },
      target: rival && most !== undefined ? { of: 'ratio', bound: 'at most', value: most } : undefined
    })
    return [
      figure('records seen before', seen, go, cost === 'processor time' ? 1 : undefined),
      ...(sparing
        ? [figure('records seen before, against the sparing one', seen, sparing, undefined, 'sparing Go')]
        : []),
      figure('all records new', fresh, go)
    ]
  })
  // Where the system does not tell, there is no processor time.
  return figures.filter(({ value }) => Number.isFinite(value))
}

function ours(remembered: number): Promise<PeerProcess> {
  const program = join(import.meta.dirname, '..', 'casm', `program${extname(import.meta.filename)}`)
  return PeerProcess.start(process.execPath, ['--conditions=@pex/source', program, String(remembered)])
}

/** A peer with a key of its own, whose view is in a store of that kind. */
async function goPeer(program: string, data: string, store: string): Promise<PeerProcess> {
  const own = await mkdtemp(join(data, 'peer-'))
  return PeerProcess.start(program, ['peer', '--data', own, '--store', store, '--quiet'])
}

/** Builds the Go program; nothing, and a line that says why, where there is no Go or it cannot. */
async function build(progress: (message: string) => void): Promise<string | undefined> {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
  } catch {
    progress('go is not on the PATH: the figures of Go peers are left out')
    return undefined
  }
  progress('building the Go peer')
  const cache = join(root, 'node_modules', '.cache', 'bench')
  const program = join(cache, 'interop')
  // Another run may be at it.
  const next = `${program}-${process.pid}`
  try {
    await mkdir(cache, { recursive: true })
    const args = ['build', '-buildvcs=false', '-o', next, '.']
    await promisify(execFile)('go', args, { cwd: source, timeout: GO_MS })
    await rename(next, program)
    return program
  } catch (error) {
    progress(`the figures of Go peers are left out, for Go could not build one: ${String(error)}`)
    return undefined
  }
}

/** Fills the views, warms up, and has the pairs exchange in turn, so that what happens on the machine happens to all. */
async function measure(
  pairs: readonly Pair[],
  scale: Scale,
  progress: (message: string) => void
): Promise<void> {
  const { warmUp, turns, exchanges } = amounts[scale]
  const envelopes = (await strangers(2 * limits.viewSize)).map(({ envelope }) =>
    Buffer.from(envelope).toString('base64')
  )
  progress('warming up')
  for (const pair of pairs) {
    await pair.asker.do({ do: 'offer', ns: NAMESPACE, envelopes: envelopes.slice(0, limits.viewSize) })
    await pair.responder.do({ do: 'offer', ns: NAMESPACE, envelopes: envelopes.slice(limits.viewSize) })
    await expectFullViews(pair)
    await exchange(pair, warmUp)
  }
  for (let turn = 1; turn <= turns; turn++) {
    progress(`turn ${turn} of ${turns}`)
    for (const pair of pairs) {
      const before = await processorOf(pair)
      pair.wall.push(...(await exchange(pair, exchanges)))
      pair.processor.push(((await processorOf(pair)) - before) / exchanges)
      await expectFullViews(pair)
    }
  }
}

async function exchange({ asker, responder }: Pair, times: number): Promise<readonly number[]> {
  const { took = [] } = await asker.do({ do: 'repeat', ns: NAMESPACE, peers: responder.addresses, times })
  if (took.length !== times) throw new Error(`${took.length} exchanges, not ${times}`)
  return took
}

async function processorOf({ asker, responder }: Pair): Promise<number> {
  return (await asker.processor()) + (await responder.processor())
}

/**
 * Decay lets one go in a merge now and then, and the next merge has it back. A Go view may be larger for a moment: exchanges
 * that overlap merge against their snapshots, as in casm.
 */
async function expectFullViews({ asker, responder }: Pair): Promise<void> {
  for (const peer of [asker, responder]) {
    const { peers = [] } = await peer.do({ do: 'view', ns: NAMESPACE })
    if (peers.length < limits.viewSize - 2)
      throw new Error(`a view has ${peers.length} entries, not ${limits.viewSize}`)
  }
}
