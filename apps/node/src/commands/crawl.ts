/** `pex crawl`: a map of a CometBFT chain, through peer exchange alone. */
import { addrbookJson } from '@pex/address-book'
import { bookFile } from '@pex/address-book/file'
import { bookOf, Crawl, MAX_UNSAVED_MS, summaryOf, visitByProbe } from '@pex/cometbft'
import type { CrawlMap } from '@pex/cometbft'
import { systemClock, systemRng } from '../system.ts'
import { tcp } from '@pex/switch/tcp'
import { doneEvent, summaryLines, visitEvent } from '../crawl/answer.ts'
import { showCrawl } from '../crawl/display.ts'
import { readMap, writeWhole, saveMap } from '../crawl/map-file.ts'
import { crawlReport } from '../crawl/report.ts'
import { checkManners, readPlan, resolveSeeds, routabilityOf } from '../crawl/settings.ts'
import type { CrawlOptions } from '../crawl/settings.ts'
import { formatDuration } from '../duration.ts'
import { Failure } from '../failure.ts'
import { untilStopped } from '../lifetime.ts'
import { printJson, printLine, remark } from '../output.ts'
import { systemResolve } from '../probe/resolver.ts'

/** A crawl that was stopped before its end, as shells count SIGINT. What it found is saved all the same. */
const interrupted = 130
const dialMs = 1_500

export async function crawl(options: CrawlOptions): Promise<number> {
  const plan = readPlan(options)
  const isPlain = options.json === true
  const map = readMap(options.out, plan.chainId, options.resume === true)
  const { addresses: seeds, problems } = await resolveSeeds(plan.seeds, systemResolve())
  for (const problem of problems) remark(problem)
  if (seeds.length === 0 && map === undefined)
    throw new Failure('PEX_NO_KNOWN_ADDRESS', 'no seed has an address', '--seed with another one')
  const known = map?.nodes.filter(({ isSeed }) => isSeed) ?? []
  const begin = [...seeds, ...known.map(({ id, addresses }) => ({ id, ...addresses[0]! }))]
  const routability = routabilityOf(plan.scope, begin)
  checkManners(plan.revisitMs, routability)
  const [clock, rng] = [systemClock, systemRng]
  tellWait(map, plan.revisitMs)
  const { chainId, moniker, concurrency, revisitMs, forMs, max } = plan
  const carrier = tcp({ clock, dialMs })
  const crawl = new Crawl({
    chainId,
    seeds: begin,
    clock,
    rng,
    map,
    routability,
    concurrency,
    revisitMs,
    forMs,
    maxVisited: max,
    // A network of one's own may be on one machine.
    ...(routability === 'any' ? { maxPerHost: 1_024, perHost: 4, perNetwork: 16 } : {}),
    visit: visitByProbe({ carrier, clock, rng, chainId, moniker, dialMs })
  })
  const reason = await follow(crawl, options.out, isPlain)
  const result = crawl.map()
  const files = await writeAll(result, options)
  const summary = summaryOf(result)
  const why = reason ?? (result.isComplete ? 'complete' : isFull(result, max) ? 'max' : 'time')
  if (isPlain) printJson({ ...doneEvent(why, summary, files), at: clock.now() })
  else
    for (const line of [...summaryLines(summary), '', ...files.map(file => `wrote ${file}`)]) printLine(line)
  if (reason !== undefined) {
    remark(`stopped (${reason}); --resume goes on with what is in ${options.out}`)
    return interrupted
  }
  return summary.authenticated > 0 ? 0 : 1
}

/** After a kill nothing happens for a while: better said. */
function tellWait(map: CrawlMap | undefined, revisitMs: number): void {
  if (map === undefined || map.isSettled) return
  const waitMs = map.savedAt + MAX_UNSAVED_MS + revisitMs - Date.now()
  if (waitMs > 1_000)
    remark(`the crawl was killed: ${formatDuration(waitMs)} to wait, so that nobody is visited too soon`)
}

function isFull({ nodes }: CrawlMap, max: number | undefined): boolean {
  return max !== undefined && nodes.filter(({ visits }) => visits > 0).length >= max
}

/** Crawls to the end, and saves meanwhile; resolves to the reason why it was stopped, if it was. */
async function follow(crawl: Crawl, path: string, isPlain: boolean): Promise<string | undefined> {
  const ending = new AbortController()
  let reason: string | undefined
  void untilStopped().then(why => {
    reason = why
    ending.abort()
  })
  const isWatched = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
  const display = showCrawl(process.stderr, isWatched, () => performance.now())
  const saver = saveMap(
    path,
    () => crawl.map(),
    () => ending.abort()
  )
  try {
    for await (const progress of crawl.run({ signal: ending.signal })) {
      display.update(progress)
      if (isPlain) printJson({ ...visitEvent(progress), at: systemClock.now() })
    }
  } finally {
    display.close()
    await saver.close()
  }
  return reason
}

/** What people and nodes make of the map: the report beside it, and the address book where one is wanted. */
async function writeAll(map: CrawlMap, { out, report, book }: CrawlOptions): Promise<readonly string[]> {
  const page = report ?? `${out.replace(/\.json$/, '')}.html`
  await writeWhole(page, crawlReport(map))
  const files = [out, page]
  if (book !== undefined) {
    const file = bookFile({ path: book, format: addrbookJson, now: Date.now })
    const { snapshot, setAside } = await file.load()
    if (setAside !== undefined) remark(`${book} was no address book; it is now ${setAside}`)
    const { snapshot: next, crowded } = bookOf(map, systemRng, snapshot)
    if (crowded > 0) remark(`${crowded} nodes had no room in the buckets of ${book}`)
    await file.save(next)
    files.push(book)
  }
  return files
}
