/** `npm run soak`: runs hosts for as long as is wished, says on stderr how they are, and prints one table; fails where a mark is missed. */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { verdictOf } from '../figure.ts'
import { describeMachine, isBusy } from '../machine.ts'
import { quantile } from '../measure.ts'
import { table } from '../table.ts'
import { number } from '../words.ts'
import { figuresOf } from './figures.ts'
import { write } from './page.ts'
import { settingFrom } from './options.ts'
import type { Setting } from './plan.ts'
import { soak } from './soak.ts'
import type { Progress } from './soak.ts'

const help = `npm run soak -- [options]

Runs real hosts on loopback sockets, replaces some of them all the time, lets them broadcast, and holds deliveries, memory and
handles against their marks. The exit status is 1 where one is missed.

  --hosts <n>        how many at a time (default 30)
  --minutes <n>      how long (default 10)
  --replace <n>%/min how many of them are replaced, half of these by kill -9 (default 5%/min)
  --over <what>      mixed, which is a third each UDP only, libp2p only and both; udp; libp2p (default mixed)
  --processes <n>    processes that last, with two thirds of the hosts; the others have one each. Or in-process, all
                     hosts in this one, where a kill can only take a host's sockets away (default one for five hosts)
  --seed <n>         who is replaced, and when; who speaks, and when (default 1)
  --json             the figures and all samples as JSON on stdout instead of the table
  --write            also write the section soak of docs/benchmarks.md, and docs/figures/soak-*.svg
  --help             this text`

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function options(): { setting: Setting; json: boolean; write: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        hosts: { type: 'string', default: '30' },
        minutes: { type: 'string', default: '10' },
        replace: { type: 'string', default: '5%/min' },
        over: { type: 'string', default: 'mixed' },
        processes: { type: 'string' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    })
    if (values.help) {
      process.stdout.write(`${help}\n`)
      process.exit(0)
    }
    return { setting: settingFrom(values), json: values.json, write: values.write }
  } catch (error) {
    say(
      `soak: ${error instanceof Error ? error.message.split('. ')[0] : String(error)}; see npm run soak -- --help`
    )
    process.exit(2)
  }
}

const progress: Progress = ({ at, sent, live, outcomes, twice, replaced, heap, lag }) => {
  const lasts = outcomes.flatMap(({ isJudged, last }) =>
    isJudged && last !== undefined ? [last / 1_000] : []
  )
  const missed = outcomes.reduce((sum, { isJudged, missed }) => sum + (isJudged ? missed : 0), 0)
  const clock = new Date(at).toISOString().slice(11, 19)
  const times =
    lasts.length === 0
      ? ''
      : ` (last host p50 ${number(quantile(lasts, 0.5))} s, p99 ${number(quantile(lasts, 0.99))} s)`
  say(
    `${clock}  ${live} hosts, ${replaced.stopped} stopped, ${replaced.killed} killed  ` +
      `${sent} broadcasts, ${outcomes.length} judged${times}, ${missed} missed, ${twice} twice  heap ${number(heap / 2 ** 20)} MiB a process  lag ${number(lag)} ms`
  )
}

/** What the scheduler has been told of this group of processes; 0 where there are none. */
async function nice(): Promise<number> {
  const group = await readFile('/proc/self/autogroup', 'utf8').catch(() => '')
  return Number(/nice (-?\d+)/.exec(group)?.[1] ?? 0)
}

const { setting, json, write: isWritten } = options()
const machine = describeMachine()
if (isBusy(machine))
  say(`soak: others are at work here (load ${machine.load.toFixed(1)}); memory and times will be worse`)
const result = await soak(setting, progress)
const figures = figuresOf(result)
const date = new Date().toISOString().slice(0, 10)
for (const failure of result.failures) say(`soak: ${failure}`)
for (const { resources } of result.remains)
  if (Object.keys(resources).length > 0) say(`soak: left behind: ${JSON.stringify(resources)}`)
if (isWritten) {
  await write({ machine, date, result, nice: await nice(), figures })
  say('soak: docs/benchmarks.md is written')
}
const { looks, outcomes, guests } = result
process.stdout.write(
  json
    ? `${JSON.stringify({ date, machine, setting, figures, looks, outcomes, guests }, null, 2)}\n`
    : `${table({ soak: figures })}\n`
)
if (figures.some(figure => verdictOf(figure) === 'miss')) process.exitCode = 1
