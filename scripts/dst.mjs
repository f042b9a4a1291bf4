// `npm run dst`: runs the shipped services in virtual time through faults drawn from seeds, and says which seeds fail.
//
//   --seeds 500     how many (500)                --from 1      the first (1)
//   --hosts 12      machines of a run (12)        --jobs 2      processes (one for each core)
//   --seed 7        that one alone                --trace       and print everything that happens in it
//   --world swarm   on which ground (by the seed) --bug <name>  with a bug put in, to see that it is found
//   --report <path> outcomes as JSON
//   --write         and the results in docs/DST.md; with paths of reports behind it, of those, and nothing runs
//
// Everything follows from the seed: a failing one fails in the same way, to the same byte, every time. Exit status 1 for any
// failure, and for a seed that comes to no end. See docs/DST.md.
import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { bugs } from '../test/dst/kit/bugs.ts'
import { run, worlds } from '../test/dst/run.ts'
import { writeResults } from './lib/dst-results.mjs'

/** A run that takes longer hangs. */
const STILL_MS = 300_000

const { values: options, positionals: reports } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    hosts: { type: 'string', default: '12' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    world: { type: 'string' },
    bug: { type: 'string' },
    report: { type: 'string' },
    write: { type: 'boolean', default: false }
  }
})

function bad(message) {
  console.error(`dst: ${message}`)
  process.exit(2)
}

/** @returns {number} */
function whole(name, least) {
  const value = Number(options[name])
  if (Number.isSafeInteger(value) && value >= least) return value
  bad(`--${name} is a whole number from ${least}, not ${options[name]}`)
  return NaN
}

const [hosts, jobs] = [whole('hosts', 3), whole('jobs', 1)]
const [from, count] =
  options.seed === undefined ? [whole('from', 0), whole('seeds', 1)] : [whole('seed', 0), 1]
const { world, bug, trace } = options
if (world !== undefined && !worlds.includes(world)) bad(`--world is one of ${worlds.join(', ')}`)
if (bug !== undefined && !bugs.includes(bug)) bad(`--bug is one of ${bugs.join(', ')}`)

/** What a run is, but for its seed. */
const kind = { hosts, world, bug }

function tell({ seed, world, hash, events, rounds, faults, adversaries, failure }) {
  const hostile = adversaries.length > 0 ? `, ${adversaries.join(' ')}` : ''
  const end = failure === undefined ? `whole after ${rounds} rounds` : 'FAILS'
  console.log(`${seed} ${world}: ${faults.length} faults${hostile}; ${events} events ${hash}; ${end}`)
  if (failure === undefined) return
  const more = Object.entries({ world: options.world, bug }).flatMap(([name, value]) =>
    value ? [`--${name} ${value}`] : []
  )
  console.log(`  ${failure}`)
  console.log(`  again: npm run dst -- ${[`--seed ${seed}`, `--hosts ${hosts}`, ...more].join(' ')} --trace`)
}

/** Runs seeds in a process of its own, one after the other, each asked for when the one before is done. */
function elsewhere(waiting, outcomes) {
  const { promise, resolve } = Promise.withResolvers()
  let child
  let seed
  let timer
  const next = () => {
    clearTimeout(timer)
    seed = waiting.shift()
    if (seed === undefined) return void child.disconnect()
    timer = setTimeout(() => child.kill('SIGKILL'), STILL_MS)
    child.send(seed)
  }
  const begin = () => {
    child = fork(import.meta.filename, process.argv.slice(2), { env: { ...process.env, DST_CHILD: '1' } })
    child.on('message', outcome => {
      if (outcome.seed !== undefined) {
        outcomes.push(outcome)
        tell(outcome)
      }
      next()
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (seed === undefined) return void resolve()
      const failure = `the process ended with ${code ?? signal}`
      const outcome = { seed, world: '?', hash: '', events: 0, faults: [], adversaries: [], failure }
      outcomes.push(outcome)
      tell(outcome)
      begin()
    })
  }
  begin()
  return promise
}

function asChild() {
  process.on('message', seed => {
    const began = performance.now()
    void run({ ...kind, seed }).then(result => process.send({ ...result, ms: performance.now() - began }))
  })
  process.send({})
}

async function all() {
  const waiting = Array.from({ length: count }, (_, i) => from + i)
  const outcomes = []
  const began = Date.now()
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, () => elsewhere(waiting, outcomes)))
  const failing = outcomes.filter(({ failure }) => failure !== undefined).map(({ seed }) => seed)
  const rounds = outcomes.flatMap(outcome => outcome.rounds ?? []).sort((a, b) => a - b)
  const events = outcomes.reduce((sum, outcome) => sum + outcome.events, 0)
  const healed = `healing took ${rounds[rounds.length >> 1] ?? '?'} rounds in the middle and ${rounds.at(-1) ?? '?'} at most`
  console.log(
    `${outcomes.length} seeds, ${events} events, ${Math.round((Date.now() - began) / 1_000)} s; ${healed}`
  )
  console.log(
    failing.length === 0
      ? 'no seed fails'
      : `${failing.length} seeds fail: ${failing.sort((a, b) => a - b).join(' ')}`
  )
  if (options.write) writeResults(outcomes)
  if (options.report) writeFileSync(options.report, `${JSON.stringify(outcomes, undefined, 1)}\n`)
  process.exitCode = failing.length > 0 ? 1 : 0
}

async function one() {
  const onLine = trace ? line => console.log(line) : undefined
  const outcome = await run({ ...kind, seed: from, onLine })
  tell(outcome)
  process.exitCode = outcome.failure === undefined ? 0 : 1
}

if (process.env.DST_CHILD === '1') asChild()
else if (options.write && reports.length > 0)
  writeResults(reports.flatMap(path => JSON.parse(readFileSync(path, 'utf8'))))
else await (options.seed === undefined ? all() : one())
