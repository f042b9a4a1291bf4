/** `npm run bench`: runs the benchmarks, says on stderr what it is doing, and prints one table. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks/index.ts'
import { ratioOf, verdictOf } from './figure.ts'
import type { Benchmark } from './figure.ts'
import { describeMachine, isBusy, niceness } from './machine.ts'
import { redraw } from './redraw.ts'
import { chartsOf, page } from './report.ts'
import type { Run } from './report.ts'
import { NAME as SOAK } from './soak/name.ts'
import { table } from './table.ts'

const help = `npm run bench -- [options]

Measures peer exchange beside its rivals and limits, and prints a table with ratios and targets.

  --only <name,…>  only these: ${benchmarks.map(({ name }) => name).join(', ')}
  --quick          smaller networks, fewer samples: five minutes instead of an hour, and only an idea
  --json           the figures as JSON on stdout instead of the table
  --write          also write docs/benchmarks.md and its drawings; with --only, the other sections stay as they are
  --draw           only draws the figures that docs/benchmarks.md has, and shows the drawings there
  --help           this text`

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'benchmarks.md')

/** A line about wrong usage, and the status for it. */
function fail(message: string): never {
  process.stderr.write(`bench: ${message}; see npm run bench -- --help\n`)
  process.exit(2)
}

interface Options {
  readonly only: readonly Benchmark[]
  readonly quick: boolean
  readonly json: boolean
  readonly write: boolean
  readonly draw: boolean
}

function options(): Options {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        draw: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    })
    if (values.help) {
      process.stdout.write(`${help}\n`)
      process.exit(0)
    }
    return { ...values, only: values.only === undefined ? benchmarks : chosen(values.only) }
  } catch (error) {
    return fail(error instanceof Error ? error.message.split('. ')[0]! : String(error))
  }
}

function chosen(names: string): Benchmark[] {
  return names.split(',').map(name => {
    const found = benchmarks.find(benchmark => benchmark.name === name)
    return (
      found ?? fail(`there is no benchmark "${name}", only ${benchmarks.map(({ name }) => name).join(', ')}`)
    )
  })
}

/** The run as JSON: the README says what its fields mean. */
function toJson({ machine, date, quick, results }: Run): string {
  const figures = results.flatMap(({ benchmark, figures }) =>
    figures.map(figure => ({
      benchmark: benchmark.name,
      ...figure,
      ratio: ratioOf(figure),
      verdict: verdictOf(figure)
    }))
  )
  return JSON.stringify({ date, quick, machine, figures }, null, 2)
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** Runs the benchmarks, one after another. */
async function measure(chosen: readonly Benchmark[], quick: boolean): Promise<Run['results']> {
  const results: { benchmark: Benchmark; figures: Awaited<ReturnType<Benchmark['run']>> }[] = []
  for (const benchmark of chosen) {
    say(`${benchmark.name}: ${benchmark.question}`)
    const progress = (message: string): void => say(`  ${message}`)
    results.push({ benchmark, figures: await benchmark.run({ scale: quick ? 'quick' : 'full', progress }) })
  }
  return results
}

/** Writes files beside the page. */
async function save(text: string, files: Readonly<Record<string, string>>): Promise<void> {
  const drawings = join(dirname(PAGE), 'figures')
  await mkdir(drawings, { recursive: true })
  await writeFile(PAGE, text)
  for (const [file, chart] of Object.entries(files)) await writeFile(join(drawings, file), chart)
  say('bench: docs/benchmarks.md is written, and its drawings')
}

const { only, quick, json, write, draw } = options()
if (draw) {
  const drawn = redraw(await readFile(PAGE, 'utf8'), only)
  await save(drawn.page, drawn.files)
  process.exit(0)
}
const machine = describeMachine()
if (isBusy(machine))
  say(`bench: others are at work here (load ${machine.load.toFixed(1)}); times will be too long`)

const results = await measure(only, quick)
const run: Run = { machine, date: new Date().toISOString().slice(0, 10), quick, nice: niceness(), results }
if (write) {
  const before = await readFile(PAGE, 'utf8').catch(() => '')
  const files = Object.assign({}, ...results.map(({ benchmark, figures }) => chartsOf(benchmark, figures)))
  await save(page(run, [...benchmarks.map(({ name }) => name), SOAK], before), files)
}
const shown = json
  ? toJson(run)
  : table(Object.fromEntries(results.map(({ benchmark, figures }) => [benchmark.name, figures])))
process.stdout.write(`${shown}\n`)
