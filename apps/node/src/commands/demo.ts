/** `pex demo`: a network on this machine, to watch. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { limits } from '@pex/core'
import type { DemoDashboard, DemoPage } from '../dashboard/demo.ts'
import { Cluster } from '../demo/cluster.ts'
import { jsonDisplay, liveDisplay, plainDisplay } from '../demo/display.ts'
import type { Model } from '../demo/model.ts'
import { makeDirectory } from '../data-directory.ts'
import { durationForms, formatDuration, parseDuration } from '../duration.ts'
import { Failure, oneLine, systemCode } from '../failure.ts'
import { untilStopped } from '../lifetime.ts'
import { isOpen, readListenAddress } from '../listener.ts'
import type { ListenAddress } from '../listener.ts'

export interface DemoOptions {
  readonly nodes: string
  readonly tick: string
  readonly exitWhenConverged?: boolean
  readonly timeout: string
  /** An address; false for none at all. */
  readonly dashboard?: string | boolean
  readonly data?: string
  readonly json?: boolean
}

/** Fewer are no network; more do not fit in the picture, and 32 is what a view holds. */
const nodesAllowed = { least: 2, most: 30 }
const maxTickMs = 60_000
/** How many ticks a killed host stays away, and at least how long, ms: time to see that the others go on. */
const absenceTicks = 5
const minAbsenceMs = 2_000
const usualPage: ListenAddress = { host: '127.0.0.1', port: 7_777 }

export async function demo(options: DemoOptions): Promise<number> {
  const nodes = readNodes(options.nodes)
  const tickMs = readDuration('tick', options.tick, limits.minTickMs, maxTickMs)
  const timeoutMs = readDuration('timeout', options.timeout, 1, 3_600_000)
  const once = options.exitWhenConverged === true
  const page = pageOf(options, once)
  const directory = placeFor(options.data)
  const stays = options.data !== undefined || !once
  const init = { model: () => cluster.model, directory, tick: options.tick, stays }
  const json = options.json === true
  const display = json ? jsonDisplay() : isTerminal() ? liveDisplay(init) : plainDisplay(init)
  let board: DemoDashboard | undefined
  const cluster: Cluster = new Cluster({
    nodes,
    tick: options.tick,
    absenceMs: Math.max(absenceTicks * tickMs, minAbsenceMs),
    endsConverged: once,
    directory,
    dashboards: page !== undefined,
    onLine: (host, event) => {
      display.line(host, event)
      board?.line(host, event)
    },
    onEvent: event => {
      display.event(event)
      board?.event(event)
    }
  })
  const remove = (): void => {
    if (options.data === undefined) rmSync(directory, { recursive: true, force: true })
  }
  const abandon = (): void => {
    cluster.kill()
    display.close()
    remove()
  }
  process.once('exit', abandon)
  try {
    const ends: Promise<unknown>[] = [untilStopped(), cluster.failed]
    if (once) ends.push(cluster.converged, overdue(timeoutMs))
    board = await boardOf(page, cluster.model, options.tick)
    if (board !== undefined) display.event({ event: 'dashboard', url: board.url })
    cluster.start()
    await Promise.race(ends)
  } finally {
    process.off('exit', abandon)
    display.close()
    await board?.stop()
    await cluster.stop()
    remove()
  }
  return 0
}

/** What a dashboard takes is loaded only where there is one. */
async function boardOf(
  page: DemoPage | undefined,
  model: Model,
  tick: string
): Promise<DemoDashboard | undefined> {
  if (page === undefined) return undefined
  const { openDemoDashboard } = await import('../dashboard/demo.ts')
  return openDemoDashboard({ model, tick }, page)
}

/** Where the dashboard goes; a run that ends by itself has one only where somebody asks for it. */
function pageOf({ dashboard = true }: DemoOptions, once: boolean): DemoPage | undefined {
  if (dashboard === false || (dashboard === true && once)) return undefined
  if (dashboard === true) return { address: usualPage, isChosen: false }
  const address = readListenAddress(dashboard)
  if (address !== undefined && !isOpen(address)) return { address, isChosen: true }
  const message = `--dashboard "${oneLine(dashboard)}" is no address of this machine alone`
  throw new Failure('PEX_USAGE', message, '127.0.0.1:7777, or [::1]:0 for a free port')
}

function overdue(ms: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const message = `the hosts do not all know each other after ${formatDuration(ms)}`
  setTimeout(
    () => reject(new Failure('PEX_TIMEOUT', message, 'a longer --timeout, or fewer --nodes')),
    ms
  ).unref()
  return promise
}

function isTerminal(): boolean {
  const { isTTY, columns, rows } = process.stdout
  return isTTY && process.env['TERM'] !== 'dumb' && columns >= 80 && rows >= 24
}

function readNodes(text: string): number {
  const nodes = Number(text)
  const { least, most } = nodesAllowed
  if (/^\d+$/.test(text) && nodes >= least && nodes <= most) return nodes
  throw new Failure('PEX_USAGE', `--nodes "${oneLine(text)}" is not a number of hosts`, `${least} to ${most}`)
}

function readDuration(option: string, text: string, least: number, most: number): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms >= least && ms <= most) return ms
  const message = `--${option} "${oneLine(text)}" ${ms === undefined ? 'is not a duration' : 'is out of range'}`
  throw new Failure('PEX_USAGE', message, `${durationForms}, from ${least}ms to ${most}ms`)
}

function placeFor(kept: string | undefined): string {
  if (kept === undefined) return mkdtempSync(join(tmpdir(), 'pex-demo-'))
  try {
    const path = resolve(kept)
    makeDirectory(path)
    return path
  } catch (error) {
    const message = `the directory ${kept} cannot be made (${systemCode(error)})`
    throw new Failure('PEX_DATA', message, '--data with a directory that is yours', { cause: error })
  }
}
