/** `npm run policies`: simulates every policy in every scenario, and writes the tables and curves of docs/policies.md. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figures } from './figures.ts'
import { fill } from './page.ts'
import { full, plan, quick } from './plan.ts'
import { runAll, Runs } from './runs.ts'
import type { Known } from './runs.ts'
import { tables } from './tables.ts'

const help = `npm run policies -- [options]

Simulates the policies that docs/policies.md compares, seeded, and prints its tables.

  --quick         networks of some hundred nodes: about a minute instead of a quarter of an hour, and only an idea
  --workers <n>   worker threads (default 1)
  --json <file>   keeps all results in the file; what it holds already is not run again, so give it only
                  results of the same sources
  --write         also writes the tables into docs/policies.md, and docs/figures/*.svg
  --help          this text`

const root = join(import.meta.dirname, '..', '..', '..', '..')

interface Options {
  readonly quick: boolean
  readonly write: boolean
  readonly workers: number
  readonly json: string | undefined
}

function options(): Options {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        workers: { type: 'string', default: '1' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false }
      }
    })
    if (values.help) {
      process.stdout.write(`${help}\n`)
      process.exit(0)
    }
    const workers = Number(values.workers)
    if (!Number.isInteger(workers) || workers < 1) throw new Error('--workers must be a number of 1 or more')
    return { quick: values.quick, write: values.write, workers, json: values.json }
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0]! : String(error)
    process.stderr.write(`policies: ${message}; see npm run policies -- --help\n`)
    process.exit(2)
  }
}

async function load(file: string | undefined): Promise<Known> {
  if (file === undefined) return {}
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Known
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

async function versions(): Promise<string> {
  const names = ['core', 'sim']
  const all = await Promise.all(
    names.map(async name => {
      const text = await readFile(join(root, 'packages', name, 'package.json'), 'utf8')
      return `@pex/${name} ${(JSON.parse(text) as { version: string }).version}`
    })
  )
  return [...all, `Node ${process.versions.node}`].join(', ')
}

const say = (text: string): void => void process.stderr.write(`policies: ${text}\n`)

const { quick: isQuick, write, workers, json } = options()
const scale = isQuick ? quick : full
const known = await load(json)
await runAll(plan(scale), known, {
  workers,
  say,
  save: async all => {
    if (json !== undefined) await writeFile(json, JSON.stringify(all))
  }
})
const runs = new Runs(known, scale)
const parts = tables(runs, await versions())
process.stdout.write(
  `${Object.entries(parts)
    .map(([name, text]) => `${name}\n\n${text}`)
    .join('\n\n')}\n`
)
if (write) {
  const page = join(root, 'docs', 'policies.md')
  const drawn = join(root, 'docs', 'figures')
  await writeFile(page, fill(await readFile(page, 'utf8'), parts))
  await mkdir(drawn, { recursive: true })
  for (const [name, text] of Object.entries(figures(runs))) await writeFile(join(drawn, name), text)
  say('docs/policies.md and docs/figures are written')
}
