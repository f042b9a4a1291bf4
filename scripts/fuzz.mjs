// `npm run fuzz`: gives the decoders and machines of the workspace inputs until one of them does what it must not.
//
//   --target wire-question,lz4 | all   which (all)         --count 1e5      inputs of each (1e5)
//   --seed 7                           whose chance (1)    --from 123       index of the first input (0)
//   --file <path>                      that one input      --jobs 2         targets at a time (one for each core)
//   --list                             what there is       --report <path>  outcomes as JSON
//
// Every input follows from target, seed and index alone. One that fails is made as short as it gets, kept in
// node_modules/.cache/fuzz, and printed with the command that plays it again. Exit status 1 for any failure, for a target
// that stands still, and for one of the manifest that did not run all its inputs.
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { inputOf } from '../test/fuzz/kit/inputs.ts'
import { filesOfTargets, load, manifest, shareOf } from '../test/fuzz/kit/load.ts'
import { faultOf, run } from '../test/fuzz/kit/run.ts'
import { shrink } from '../test/fuzz/kit/shrink.ts'
import { cache, root } from './lib/run.mjs'

/** A target that comes no further in this time hangs. */
const STILL_MS = 60_000

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '1e5' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    file: { type: 'string' },
    report: { type: 'string' },
    list: { type: 'boolean', default: false }
  }
})

function whole(name, least = 0) {
  const value = Number(options[name])
  if (Number.isSafeInteger(value) && value >= least) return value
  console.error(`fuzz: --${name} is a whole number from ${least}, not ${options[name]}`)
  process.exit(2)
}

const [seed, from, count, jobs] = [whole('seed'), whole('from'), whole('count', 1), whole('jobs', 1)]
const known = filesOfTargets()
const chosen = options.target === 'all' ? known : options.target.split(',')
const unknown = chosen.filter(name => !known.includes(name))
if (unknown.length > 0) {
  console.error(`fuzz: no target ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}

function hexOf(bytes) {
  const hex = Buffer.from(bytes.subarray(0, 128)).toString('hex')
  return bytes.length > 128 ? `${hex}… (${bytes.length} bytes)` : hex || '(empty)'
}

/** Shortens a failing input, keeps it, and says how to play it again. */
async function keep(name, { index, input, error }) {
  const fuzzed = await load(name)
  // What fails only once, or only after others, cannot be shortened.
  const again = await faultOf(fuzzed, input)
  const small =
    again === undefined
      ? input
      : await shrink(input, async each => (await faultOf(fuzzed, each)) !== undefined)
  const fault = (await faultOf(fuzzed, small)) ?? error
  mkdirSync(join(cache, 'fuzz'), { recursive: true })
  const file = join(cache, 'fuzz', `${name}-${seed}-${index}.bin`)
  writeFileSync(file, small)
  return [
    `${name}: input ${index} fails${again === undefined ? ' (not when it is judged alone)' : ''}`,
    `  ${fault.stack ?? fault.message}`.replaceAll('\n', '\n  '),
    `  input   ${hexOf(small)}`,
    `  again   npm run fuzz -- --target ${name} --seed ${seed} --from ${index} --count 1`,
    `  shorter npm run fuzz -- --target ${name} --file ${relative(root, file)}`
  ].join('\n')
}

/** Runs one target here; as a child, tells its parent. */
async function here(name, onProgress) {
  const fuzzed = await load(name)
  const { failure, ...report } = await run(fuzzed, {
    target: name,
    seed,
    from,
    count: shareOf(name, count),
    onProgress
  })
  return { ...report, failure: failure && (await keep(name, failure)) }
}

async function asChild() {
  const [name] = chosen
  const report = await here(name, async at => {
    process.send({ at })
    await new Promise(resolve => setImmediate(resolve))
  })
  process.send({ report }, () => process.disconnect())
}

/** Runs one target in a process of its own, so that one that hangs can be ended. */
function elsewhere(name) {
  const args = ['--target', name, '--seed', `${seed}`, '--from', `${from}`, '--count', `${count}`]
  const { promise, resolve } = Promise.withResolvers()
  const child = fork(import.meta.filename, args, { env: { ...process.env, FUZZ_CHILD: '1' } })
  let at = from
  let report
  const fail = why => ({ target: name, ran: at - from, outcomes: {}, ms: 0, slowestMs: 0, failure: why })
  const still = () => {
    report = fail(
      `${name}: no progress for ${STILL_MS / 1_000} s\n  among npm run fuzz -- --target ${name} --seed ${seed} --from ${at}`
    )
    child.kill('SIGKILL')
  }
  let timer = setTimeout(still, STILL_MS)
  child.on('message', message => {
    clearTimeout(timer)
    timer = setTimeout(still, STILL_MS)
    if (message.at !== undefined) ({ at } = message)
    if (message.report !== undefined) ({ report } = message)
  })
  child.on('exit', (code, signal) => {
    clearTimeout(timer)
    resolve(report ?? fail(`${name}: its process ended with ${code ?? signal} after input ${at}`))
  })
  return promise
}

function tell(report) {
  const { target, ran, outcomes, ms, slowestMs, failure } = report
  const rate = Math.round((ran / Math.max(ms, 1)) * 1_000)
  const words = Object.entries(outcomes)
    .map(([word, times]) => `${word} ${times}`)
    .join(', ')
  console.log(
    `${failure ? 'FAIL' : 'ok  '} ${target}: ${ran} inputs, ${rate}/s, slowest ${slowestMs.toFixed(1)} ms; ${words}`
  )
  if (failure) console.log(failure)
}

async function all() {
  const waiting = [...chosen]
  const reports = []
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const report = await elsewhere(name)
      tell(report)
      reports.push(report)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, chosen.length) }, work))
  const ran = new Map(reports.map(report => [report.target, report.ran]))
  const listed = options.target === 'all' ? Object.keys(manifest.targets) : chosen
  const short = listed.filter(name => (ran.get(name) ?? 0) < shareOf(name, count))
  if (short.length > 0) console.log(`not all inputs of the manifest ran: ${short.join(', ')}`)
  const failed = reports.filter(({ failure }) => failure !== undefined).length
  const total = reports.reduce((sum, report) => sum + report.ran, 0)
  console.log(`${reports.length} targets, ${total} inputs, ${failed} failed`)
  if (options.report) writeFileSync(options.report, `${JSON.stringify(reports, undefined, 1)}\n`)
  process.exitCode = failed > 0 || short.length > 0 ? 1 : 0
}

/** Judges one file. */
async function one(path) {
  const fuzzed = await load(chosen[0])
  const input = new Uint8Array(readFileSync(path))
  const fault = await faultOf(fuzzed, input)
  console.log(fault?.stack ?? `ok: ${await fuzzed.check(input)}`)
  process.exitCode = fault === undefined ? 0 : 1
}

if (options.list)
  for (const name of known) console.log(`${name}: ${manifest.targets[name]?.covers.join(', ')}`)
else if (options.file !== undefined) await one(options.file)
else if (process.env.FUZZ_CHILD === '1') await asChild()
else if (count === 1) {
  // One input alone is shown, whatever becomes of it.
  for (const name of chosen)
    console.log(`${name} ${from}: ${hexOf(inputOf(await load(name), name, seed, from))}`)
  await all()
} else await all()
