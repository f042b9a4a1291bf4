/** `npm run load`: what is asked of attacks and faults at full size; prints one table, and fails where a mark is missed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchmarks } from '../benchmarks/index.ts'
import { verdictOf } from '../figure.ts'
import type { Benchmark } from '../figure.ts'
import { describeMachine, isBusy, niceness } from '../machine.ts'
import { page } from '../report.ts'
import type { Run } from '../report.ts'
import { NAME as SOAK } from '../soak/name.ts'
import { table } from '../table.ts'
import { loads } from './index.ts'

const names = loads.map(({ name }) => name.replace('load ', ''))

const help = `npm run load -- [options] [${names.join(' | ')} …]

Attacks and faults at the size that SECURITY.md promises to hold: all of them, or those that are named. The exit status is 1
where a mark is missed.

  --quick   shorter and smaller: an idea of it
  --json    the figures as JSON on stdout instead of the table
  --write   also write their sections of docs/benchmarks.md
  --help    this text`

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'benchmarks.md')

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function fail(message: string): never {
  say(`load: ${message}; see npm run load -- --help`)
  process.exit(2)
}

interface Options {
  readonly chosen: readonly Benchmark[]
  readonly quick: boolean
  readonly json: boolean
  readonly write: boolean
}

function options(): Options {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    })
    if (values.help) {
      process.stdout.write(`${help}\n`)
      process.exit(0)
    }
    const unknown = positionals.find(name => !names.includes(name))
    if (unknown !== undefined) fail(`there is no load "${unknown}", only ${names.join(', ')}`)
    const chosen = loads.filter((_, i) => positionals.length === 0 || positionals.includes(names[i]!))
    return { ...values, chosen }
  } catch (error) {
    return fail(error instanceof Error ? error.message.split('. ')[0]! : String(error))
  }
}

const { chosen, quick, json, write } = options()
const machine = describeMachine()
if (isBusy(machine))
  say(`load: others are at work here (load ${machine.load.toFixed(1)}); times will be too long`)
// Bounded by the loads that there are.
const results: { benchmark: Benchmark; figures: Awaited<ReturnType<Benchmark['run']>> }[] = []
for (const benchmark of chosen) {
  say(`${benchmark.name}: ${benchmark.question}`)
  const progress = (message: string): void => say(`  ${message}`)
  results.push({ benchmark, figures: await benchmark.run({ scale: quick ? 'quick' : 'full', progress }) })
}
const run: Run = { machine, date: new Date().toISOString().slice(0, 10), quick, nice: niceness(), results }
if (write) {
  const order = [...benchmarks, { name: SOAK }, ...loads].map(({ name }) => name)
  await writeFile(PAGE, page(run, order, await readFile(PAGE, 'utf8').catch(() => '')))
  say('load: docs/benchmarks.md is written')
}
process.stdout.write(
  json
    ? `${JSON.stringify(
        results.map(({ benchmark, figures }) => ({ load: benchmark.name, figures })),
        null,
        2
      )}\n`
    : `${table(Object.fromEntries(results.map(({ benchmark, figures }) => [benchmark.name, figures])))}\n`
)
if (results.some(({ figures }) => figures.some(figure => verdictOf(figure) === 'miss'))) process.exitCode = 1
