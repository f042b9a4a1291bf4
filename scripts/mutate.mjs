// `npm run mutate`: breaks every guard of test/guards on purpose, one at a time, and looks whether a test turns red. The
// sources stay as they are: a module is replaced while it is loaded.
//
//   --only T13,record,cookie.ts   guards whose threat or area is that, or whose name or file has it in it (all)
//   --shard 2/4                   the second quarter of them
//   --sample                      a dozen quick ones
//   --list                        what there is          --jobs 2          at a time (one for each core)
//   --json                        verdicts as JSON       --report <path>   puts the verdicts into that file, beside those of other runs
//   --page                        writes the table of docs/MUTATION.md from the file of --report
//
// Exit status 1 where a guard survived, where its anchor is stale, and where its tests say nothing of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { guards } from '../test/guards/guards.ts'
import { isCaught, judge } from '../test/guards/kit/judge.ts'
import { pageOf } from '../test/guards/kit/page.ts'
import { isChosen, sampled, shardOf } from '../test/guards/kit/choice.ts'
import { cache, root } from './lib/run.mjs'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    sample: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    jobs: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    report: { type: 'string' },
    page: { type: 'boolean', default: false }
  }
})

function wrong(what) {
  console.error(`mutate: ${what}`)
  process.exit(2)
}

const [shard, shards] = options.shard.split('/').map(Number)
if (!(shard >= 1 && shard <= shards)) wrong(`--shard is like 2/4, not ${options.shard}`)
const jobs = Number(options.jobs)
if (!(Number.isInteger(jobs) && jobs >= 1)) wrong(`--jobs is a whole number from 1, not ${options.jobs}`)
const words = options.only?.split(',') ?? []
const wanted = guards.filter(
  guard => isChosen(guard, words) && (!options.sample || sampled.includes(guard.name))
)
const chosen = shardOf(wanted, shard, shards)
if (chosen.length === 0) wrong('no such guard; see --list')

function shown({ area, threat, name, verdict, by, ms }) {
  const why = by === undefined ? '' : `: ${by.split('\n', 1)[0]}`
  return `${verdict.padEnd(8)} ${threat.padEnd(3)} ${area}: ${name} (${(ms / 1_000).toFixed(1)} s)${why}`
}

async function run() {
  const began = performance.now()
  let count = 0
  const judged = await judge(chosen, {
    jobs,
    cache: join(cache, 'mutate'),
    onJudged(one) {
      count++
      if (options.report) report(one)
      const left = ((performance.now() - began) / count) * (chosen.length - count)
      if (!options.json)
        console.log(`${count}/${chosen.length}, ${Math.ceil(left / 1_000)} s left: ${shown(one)}`)
    }
  })
  const missed = judged.filter(one => !isCaught(one))
  if (options.json) console.log(JSON.stringify(judged, undefined, 1))
  else {
    const seconds = Math.round((performance.now() - began) / 1_000)
    console.log(`${judged.length} guards broken in ${seconds} s, ${judged.length - missed.length} noticed`)
    for (const one of missed) console.log(shown(one))
  }
  process.exitCode = missed.length > 0 ? 1 : 0
}

function verdictsIn(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
}

/** With every verdict, so that a run that is ended has said something. */
function report(one) {
  const others = verdictsIn(options.report).filter(({ name }) => name !== one.name)
  writeFileSync(options.report, `${JSON.stringify([...others, one], undefined, 1)}\n`)
}

function page() {
  const path = join(root, 'docs', 'MUTATION.md')
  writeFileSync(path, pageOf(readFileSync(path, 'utf8'), guards, verdictsIn(options.report ?? '')))
}

if (options.list)
  for (const { area, threat, name, file } of chosen)
    console.log(`${threat.padEnd(3)} ${area}: ${name} (${file})`)
else if (options.page) page()
else await run()
