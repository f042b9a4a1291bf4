/** `pex seed`: a seed node of a CometBFT chain, in the foreground. */
import { join } from 'node:path'
import { addrbookJson } from '@pex/address-book'
import { bookFile } from '@pex/address-book/file'
import { SeedNode } from '@pex/cometbft'
import type { SeedEvent } from '@pex/cometbft'
import { PexError } from '@pex/core'
import { systemRng } from '../system.ts'
import { tcp } from '@pex/switch/tcp'
import { systemClock } from '@pex/service'
import { openDataDirectory } from '../data-directory.ts'
import { Failure, oneLine, systemCode } from '../failure.ts'
import { untilStopped } from '../lifetime.ts'
import type { HostMetrics } from '../metrics.ts'
import { printJson, printLine, remark } from '../output.ts'
import { systemResolve } from '../probe/resolver.ts'
import { lineOf, placeText, statusLine, statusText, tellSeed } from '../seed/events.ts'
import type { SeedLine } from '../seed/events.ts'
import { openNodeKey } from '../seed/node-key.ts'
import { readSeedPlan } from '../seed/settings.ts'
import type { SeedOptions, SeedPlan } from '../seed/settings.ts'

export async function seed(options: SeedOptions): Promise<number> {
  const plan = readSeedPlan(options)
  const isPlain = options.json === true
  const directory = openDataDirectory(options.data)
  const key = openNodeKey(directory.path)
  const [clock, rng] = [systemClock, systemRng]
  const file = bookFile({ path: join(directory.path, 'addrbook.json'), format: addrbookJson, now: Date.now })
  const metrics = await metricsOf(plan, directory.path)
  const node = new SeedNode(
    { key, carrier: tcp({ clock }), clock, rng, file, metrics: metrics?.metrics },
    { ...plan.init, resolve: systemResolve(), onEvent: event => print(event, isPlain) }
  )
  const stopped = untilStopped({ withStdin: options.stopWithStdin === true })
  let page: string | undefined
  try {
    await start(node, plan)
    page = plan.metrics && (await metrics?.serve(plan.metrics))
  } catch (error) {
    await node.stop()
    throw error
  }
  tellStart(node, plan, { id: key.id, page, isPlain })
  const status = (): void => {
    if (isPlain) printEvent(statusLine(node.status()))
    else say(statusText(node.status()))
  }
  const timer = setInterval(status, plan.statusMs)
  const reason = await stopped
  clearInterval(timer)
  if (isPlain) printEvent({ event: 'stopping', reason })
  else say(`stopping (${reason})`)
  await metrics?.stop()
  await node.stop()
  status()
  if (isPlain) printEvent({ event: 'stopped' })
  else say('stopped')
  return 0
}

async function start(node: SeedNode, { init }: SeedPlan): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    if (!(error instanceof PexError)) throw error
    if (error.code === 'PEX_STORE_FAILED') throw error
    const code = systemCode(error.cause)
    if (code === undefined && error.code === 'PEX_INVALID_PARAMETER') throw error
    const where = init.listen.map(placeText).join(', ')
    const message = `cannot listen on ${where} (${code ?? oneLine(error.message)})`
    throw new Failure('PEX_LISTEN', message, '--listen with another address or port', { cause: error })
  }
}

async function metricsOf(
  { metrics: address }: SeedPlan,
  directory: string
): Promise<HostMetrics | undefined> {
  if (address === undefined) return undefined
  // Loaded by who wants it: it is not small.
  const { hostMetrics, isOpen } = await import('../metrics.ts')
  if (isOpen(address))
    remark(
      `warning: everybody who reaches ${placeText({ ip: address.host, port: address.port })} can read the metrics`
    )
  return hostMetrics(directory)
}

interface Started {
  readonly id: string
  /** Where the metrics are. */
  readonly page: string | undefined
  readonly isPlain: boolean
}

/** What another node's `seeds` has to say, first of all. */
function tellStart(node: SeedNode, { init }: SeedPlan, { id, page, isPlain }: Started): void {
  const { chainId, routability: scope, externalAddress: external = null } = init
  const addrs = node.status().listening.map(placeText)
  if (isPlain)
    return printEvent({ event: 'started', id, chainId, addrs, external, scope, metrics: page ?? null })
  say(`I am ${id}@${external ?? addrs[0]!} on ${chainId}; Ctrl-C stops`)
  if (page !== undefined) say(`metrics at ${page}`)
  if (external === null && /^(?:0\.0\.0\.0|\[::\]):/.test(addrs[0]!))
    remark('nodes are not told where this seed is: --external-address says so')
}

function print(event: SeedEvent, isPlain: boolean): void {
  if (isPlain) return printEvent(lineOf(event))
  const text = tellSeed(event)
  if (text !== undefined) say(text)
}

function printEvent(line: SeedLine): void {
  printJson({ ...line, at: Date.now() })
}

function say(text: string): void {
  printLine(`${new Date().toTimeString().slice(0, 8)} ${text}`)
}
