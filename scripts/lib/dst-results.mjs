// The results of a simulation as tables, put between two marks of docs/DST.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'

const path = join(import.meta.dirname, '..', '..', 'docs', 'DST.md')
const [begin, end] = ['<!-- results -->', '<!-- end of results -->']

/** @param {readonly any[]} outcomes as `npm run dst -- --report` writes them */
export function writeResults(outcomes) {
  const text = readFileSync(path, 'utf8')
  const [before, rest] = text.split(`${begin}\n`)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error(`${path} has no place for results: ${begin} … ${end}`)
  writeFileSync(path, `${before}${begin}\n${tables(outcomes)}\n${end}${after}`)
}

function tables(outcomes) {
  const seeds = outcomes.map(({ seed }) => seed).sort((a, b) => a - b)
  const failing = outcomes.filter(({ failure }) => failure !== undefined).map(({ seed }) => seed)
  const minutes = Math.round(sum(outcomes, ({ ms = 0 }) => ms) / 60_000)
  const worlds = ['hosts', 'swarm', 'switches', 'all'].map(world => {
    const some = outcomes.filter(outcome => world === 'all' || outcome.world === world)
    const rounds = some.flatMap(outcome => outcome.rounds ?? []).sort((a, b) => a - b)
    return [
      world === 'all' ? world : `\`${world}\``,
      some.length,
      grouped(sum(some, ({ events }) => events)),
      grouped(sum(some, ({ faults }) => faults.length)),
      grouped(sum(some, ({ adversaries }) => adversaries.length)),
      `${rounds[rounds.length >> 1] ?? '?'} / ${rounds.at(-1) ?? '?'}`,
      some.filter(({ failure }) => failure !== undefined).length
    ]
  })
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? '?'}), Node ${process.version}`
  return [
    `Seeds ${seeds[0]} to ${seeds.at(-1)}, ${day}, ${minutes} minutes of one core on ${machine} with other work beside it:`,
    '',
    '| World | Seeds | Lines of history | Faults | Hostile hosts | Rounds to be whole, middle / most | Failing |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...worlds.map(row => `| ${row.join(' | ')} |`),
    '',
    `Faults by kind: ${counted(outcomes.flatMap(({ faults }) => faults))}. Hostile hosts by kind: ${counted(outcomes.flatMap(({ adversaries }) => adversaries))}.`,
    '',
    failing.length === 0 ? 'No seed fails.' : `Failing: ${failing.join(', ')}.`
  ].join('\n')
}

/** "loss 31, crash 30" */
function counted(kinds) {
  const counts = new Map()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const sorted = [...counts].sort(([a, many], [b, more]) => more - many || a.localeCompare(b))
  return sorted.map(([kind, count]) => `${kind} ${count}`).join(', ')
}

function sum(list, of) {
  return list.reduce((total, each) => total + of(each), 0)
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ' ')
}
