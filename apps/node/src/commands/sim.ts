/** `pex sim`: a network of the shipped core in virtual time, its figures, and a report to look at. */
import { compareReport, report, summary, summaryOfTwo } from '@pex/sim/report'
import { untilStopped } from '../lifetime.ts'
import { printJson, printLine, remark, terminalWidth } from '../output.ts'
import type { Engine } from '../sim/engine.ts'
import { showProgress, words } from '../sim/progress.ts'
import { placeFor, readResult, write, writeResult } from '../sim/result-file.ts'
import { readSettings } from '../sim/settings.ts'
import type { SimOptions } from '../sim/settings.ts'
import { pairs, wrapped } from '../table.ts'

/** A run that was ended before it had a result, as shells count SIGINT. */
const interrupted = 130

export async function sim(options: SimOptions, engine?: Engine): Promise<number> {
  const simulator = engine ?? (await import('../sim/engine.ts')).simulator
  const settings = await readSettings(options, simulator)
  const isPlain = options.json === true
  // Before the work: a place that cannot be written to should not be found out hours later.
  const directory = options.out === undefined ? undefined : placeFor(options.out)
  const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
  const progress = showProgress(process.stderr, isWatched, () => performance.now())
  const start = performance.now()
  let reached: readonly [done: number, total: number] = [0, 0]
  // Before the run begins: a signal that comes at once counts too.
  const stopped = untilStopped()
  const running = simulator.run(settings, (done, total) => {
    reached = [done, total]
    progress.update(done, total)
  })
  const outcome = await Promise.race([running, stopped]).finally(() => progress.close())
  if (typeof outcome === 'string') {
    const [done, total] = reached
    remark(`stopped (${outcome}) with ${words(done, total, 0)}; nothing has been written`)
    return interrupted
  }
  if (isPlain) printJson(outcome)
  else
    for (const line of [...summary(outcome).split('\n'), tookLine(performance.now() - start)]) printLine(line)
  if (directory === undefined && isPlain) return 0
  const place = directory ?? placeFor(undefined)
  tellPaths([writeResult(place, outcome), write(place, 'report.html', report(outcome))], isPlain)
  return 0
}

export interface CompareOptions {
  readonly out?: string
  readonly json?: boolean
}

/** `pex sim compare`: two results side by side. */
export function compare(a: string, b: string, { out, json }: CompareOptions): Promise<number> {
  const [one, two] = [readResult(a), readResult(b)]
  const isPlain = json === true
  if (isPlain) printJson({ a: one, b: two })
  else for (const line of summaryOfTwo(one, two).split('\n')) printLine(line)
  if (out !== undefined || !isPlain)
    tellPaths([write(placeFor(out), 'compare.html', compareReport(one, two))], isPlain)
  return Promise.resolve(0)
}

/** `pex sim scenarios`: what can happen to a network. */
export async function listScenarios({ json }: { readonly json?: boolean }): Promise<number> {
  const { scenarios } = (await import('../sim/engine.ts')).simulator
  if (json === true) printJson({ scenarios })
  else {
    const width = terminalWidth()
    const rows = scenarios.map(({ usage, about }) => [usage, about] as const)
    const note =
      'Several at once: partition:500+churn:0.001. Or the path of a file: see the README of @pex/sim.'
    for (const line of [...pairs(rows, width), '', ...wrapped(note.split(' '), ' ', width ?? Infinity)])
      printLine(line)
  }
  return 0
}

function tookLine(ms: number): string {
  return `took ${(ms / 1_000).toFixed(1)} s`
}

/** Paths go where people look; a program that reads JSON has named the directory itself. */
function tellPaths(paths: readonly string[], isPlain: boolean): void {
  if (isPlain) return
  printLine('')
  for (const path of paths) printLine(`wrote ${path}`)
}
