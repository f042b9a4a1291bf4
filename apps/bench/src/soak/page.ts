/** The soak's section of docs/benchmarks.md, and its curves. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchmarks } from '../benchmarks/index.ts'
import type { Benchmark, Figure } from '../figure.ts'
import type { Machine } from '../machine.ts'
import { page } from '../report.ts'
import { number } from '../words.ts'
import { charts } from './charts.ts'
import { GROWTH, KEPT_BYTES, SETTLED_MS } from './figures.ts'
import { NAME } from './name.ts'
import type { Setting } from './plan.ts'
import type { Result } from './soak.ts'

export interface Written {
  readonly machine: Machine
  /** As 2026-01-31. */
  readonly date: string
  readonly result: Pick<Result, 'setting' | 'looks' | 'outcomes'>
  /** How nice the processes were to others, by the scheduler's group; 0 unless somebody has changed it. */
  readonly nice: number
  readonly figures: readonly Figure[]
}

const DOCS = join(import.meta.dirname, '..', '..', '..', '..', 'docs')

/** Writes the section anew, in its place behind the benchmarks; all else stays. */
export async function write(written: Written, docs: string = DOCS): Promise<void> {
  const path = join(docs, 'benchmarks.md')
  const before = await readFile(path, 'utf8').catch(() => '')
  await mkdir(join(docs, 'figures'), { recursive: true })
  for (const [name, chart] of Object.entries(charts(written.result)))
    await writeFile(join(docs, 'figures', `${name}.svg`), chart)
  await writeFile(path, section(written, before))
}

function section({ machine, date, result, nice, figures }: Written, before: string): string {
  const results = [{ benchmark: described(result, nice), figures }]
  const order = [...benchmarks.map(({ name }) => name), NAME]
  return page({ machine, date, quick: false, results }, order, before)
}

function described(result: Written['result'], nice: number): Benchmark {
  return {
    name: NAME,
    question: 'Does every broadcast reach everybody while hosts come and go, and does nothing grow?',
    method: `${method(result.setting)}${priority(nice)}\n\n${Object.keys(charts(result))
      .map(name => `![${name}](figures/${name}.svg)`)
      .join('\n')}`,
    run: async () => []
  }
}

/** A run that was put before others is no run among equals: the page says so. */
function priority(nice: number): string {
  if (nice === 0) return ''
  return ` The scheduler put the processes of this run ${nice < 0 ? 'before' : 'behind'} all others of the machine (autogroup nice ${nice}).`
}

/** How it was done, in sentences. */
function method(setting: Setting): string {
  const { hosts, ms, over, processes, replaced, sendMs, graceMs, warmupMs, sampleMs, trimEvery, seed } =
    setting
  const carriers =
    over === 'mixed'
      ? 'a third each over UDP only, over libp2p (TCP, noise, yamux) only, and over both'
      : `all over ${over}`
  const homes =
    processes === undefined
      ? 'all in one process'
      : `two thirds of them in ${processes} processes that last, the others in one each`
  return [
    `\`npm run soak\`: ${hosts} hosts on sockets of the loopback device for ${number(ms / 60_000)} minutes, ${carriers}; ${homes}.`,
    `${number(replaced * 100)} % are replaced each minute, in turn by kill -9 and in good order, about every third by itself, come back at another port;`,
    `seed ${seed}. About every ${number(sendMs / 1_000)} s a random host broadcasts a message. It counts against all hosts that are live from`,
    `then until ${number(graceMs / 1_000)} s later, if its sender is: they have to hear it exactly once.`,
    `Memory (after collection) and handles of the processes that last are looked at every ${number(sampleMs / 1_000)} s; for the slopes, from`,
    `${number(warmupMs / 1_000)} s on, when most functions have been compiled. A slope is that of the line with the least squares, of the process in which it`,
    `is worst; noise is twice the standard deviation around that line over the time of the samples. The mark is the greater of noise and`,
    `${GROWTH} % an hour, for memory with what hosts keep of broadcasts (${KEPT_BYTES} bytes each, up to 20 000).`,
    `V8 keeps pages that it does not need in reserve until memory is short, and more of them the longer it runs: every ${number((trimEvery * sampleMs) / 1_000)} s they are`,
    `taken from it, and resident memory is what is left then, without compiled code; it is judged where ${number(SETTLED_MS / 60_000)} minutes or more are left after the start.`
  ].join(' ')
}
