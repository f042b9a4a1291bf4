/** `pex probe`: are these nodes there, are they who they should be, and do they tell whom they know? */
import { probeAll } from '@pex/cometbft'
import type { Verdict } from '@pex/cometbft'
import { systemClock, systemRng } from '../system.ts'
import { tcp } from '@pex/switch/tcp'
import { durationForms, parseDuration } from '../duration.ts'
import { Failure, oneLine } from '../failure.ts'
import { untilStopped } from '../lifetime.ts'
import { printJson, printLine, remark, terminalWidth } from '../output.ts'
import { answerOf, heading, rowOf, summary } from '../probe/answer.ts'
import { systemResolve } from '../probe/resolver.ts'
import { readTargets } from '../probe/targets.ts'
import { showProgress } from '../sim/progress.ts'
import { fitted } from '../table.ts'

export interface ProbeOptions {
  readonly chainId?: string
  readonly file?: readonly string[]
  readonly concurrency: string
  readonly timeout: string
  readonly moniker: string
  readonly json?: boolean
}

const concurrencyAllowed = { least: 1, most: 256 }
const timeoutAllowed = { least: 50, most: 60_000 }
/** A run that was ended before it was done, as shells count SIGINT. */
const interrupted = 130

export async function probe(typed: readonly string[], options: ProbeOptions): Promise<number> {
  const concurrency = readConcurrency(options.concurrency)
  const ms = readTimeout(options.timeout)
  const moniker = readMoniker(options.moniker)
  if (options.chainId === '')
    throw new Failure('PEX_USAGE', '--chain-id is empty', 'without it, for any chain')
  const targets = readTargets(typed, options.file ?? [], options.chainId)
  const controller = new AbortController()
  let reason: string | undefined
  void untilStopped().then(why => {
    reason = why
    controller.abort()
  })
  const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
  const progress = showProgress(process.stderr, isWatched, () => performance.now())
  /** Bounded by the list that the user gave. */
  const found: Verdict[] = []
  const verdicts = probeAll(targets, {
    carrier: tcp({ clock: systemClock, dialMs: ms }),
    clock: systemClock,
    rng: systemRng,
    resolve: systemResolve(),
    moniker,
    concurrency,
    dnsMs: ms,
    dialMs: ms,
    handshakeMs: ms,
    answerMs: ms,
    signal: controller.signal
  })
  try {
    for await (const verdict of verdicts) {
      found.push(verdict)
      if (options.json === true) printJson(answerOf(verdict))
      progress.update(found.length, targets.length)
    }
  } finally {
    progress.close()
  }
  if (options.json !== true)
    printTable(
      found,
      targets.map(({ target }) => target)
    )
  if (reason !== undefined) {
    remark(`stopped (${reason}) before all were probed`)
    return interrupted
  }
  return found.every(({ verdict }) => verdict === 'ok') ? 0 : 1
}

/** In the order of the list. */
function printTable(found: readonly Verdict[], order: readonly string[]): void {
  const place = new Map(order.toReversed().map((target, i) => [target, order.length - i]))
  const sorted = found.toSorted((one, other) => place.get(one.target)! - place.get(other.target)!)
  const rows = [heading, ...sorted.map(rowOf)]
  for (const line of fitted(rows, { width: terminalWidth(), lead: 2 })) printLine(line)
  printLine(summary(found))
}

function readConcurrency(text: string): number {
  const { least, most } = concurrencyAllowed
  if (/^\d{1,3}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
  const message = `--concurrency "${oneLine(text)}" is not a number of probes`
  throw new Failure('PEX_USAGE', message, `a whole number from ${least} to ${most}`)
}

function readTimeout(text: string): number {
  const ms = parseDuration(text)
  const { least, most } = timeoutAllowed
  if (ms !== undefined && ms >= least && ms <= most) return ms
  const message = `--timeout "${oneLine(text)}" ${ms === undefined ? 'is not a duration' : 'is out of range'}`
  throw new Failure('PEX_USAGE', message, `${durationForms}, from ${least}ms to ${most}ms`)
}

/** Nodes refuse what is not printable ASCII. */
function readMoniker(text: string): string {
  if (/^[ -~]{1,64}$/.test(text) && text.trim() !== '') return text
  const message = `--moniker "${oneLine(text)}" is no name that nodes take`
  throw new Failure('PEX_USAGE', message, '1 to 64 printable ASCII characters')
}
