/** The map of a crawl in a file: read to go on from, written whole or not at all, every few seconds while the crawl lasts. */
import { existsSync, readFileSync } from 'node:fs'
import { replaceFile } from '@pex/address-book/file'
import { MAX_UNSAVED_MS, readCrawlMap, writeCrawlMap } from '@pex/cometbft'
import type { CrawlMap } from '@pex/cometbft'
import { Failure, oneLine, systemCode } from '../failure.ts'

/** Guess: nobody minds to lose so much, ms. */
const saveEveryMs = 5_000
/** Saving takes at most a twentieth of the time, even of a large map; and is never put off for longer than a resumed crawl supposes. */
const share = 20
const mostMs = MAX_UNSAVED_MS - 10_000

/** The map to go on from, or nothing for a new crawl. Fails with `PEX_USAGE` and `PEX_DATA`. */
export function readMap(path: string, chainId: string, isResumed: boolean): CrawlMap | undefined {
  if (!existsSync(path)) return undefined
  const shown = oneLine(path)
  if (!isResumed) {
    const next = '--resume to go on with it, or another --out'
    throw new Failure('PEX_USAGE', `there is a file ${shown} already`, next)
  }
  let map: CrawlMap | undefined
  try {
    map = readCrawlMap(readFileSync(path, 'utf8'))
  } catch (error) {
    const message = `${shown} cannot be read (${systemCode(error) ?? oneLine(String(error))})`
    throw new Failure('PEX_DATA', message, '--out with a file that can be', { cause: error })
  }
  if (map === undefined)
    throw new Failure('PEX_DATA', `${shown} is no map of a crawl`, 'to move it away, or another --out')
  if (map.chainId !== chainId) {
    const message = `${shown} is a map of ${oneLine(map.chainId)}, not of ${oneLine(chainId)}`
    throw new Failure('PEX_USAGE', message, `--chain-id ${oneLine(map.chainId)}, or another --out`)
  }
  return map
}

/** Writes a file whole or not at all. Fails with `PEX_DATA`. */
export async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text, 0o644)
  } catch (error) {
    const message = `${oneLine(path)} cannot be written (${systemCode(error) ?? oneLine(String(error))})`
    throw new Failure('PEX_DATA', message, 'a place that is yours and has room', { cause: error })
  }
}

export interface MapSaver {
  /** Saves for the last time; fails with what went wrong at any time. */
  close(): Promise<void>
}

/** Saves the map again and again. `onFailure` is called once, when a save has failed. */
export function saveMap(path: string, map: () => CrawlMap, onFailure: () => void): MapSaver {
  let timer: NodeJS.Timeout | undefined
  let saving: Promise<void> = Promise.resolve()
  let failure: Error | undefined
  const save = async (): Promise<void> => {
    const start = performance.now()
    await writeWhole(path, writeCrawlMap(map()))
    timer = setTimeout(begin, Math.min(mostMs, Math.max(saveEveryMs, share * (performance.now() - start))))
  }
  const begin = (): void => {
    saving = save().catch((error: unknown) => {
      failure = error as Error
      onFailure()
    })
  }
  // At once: a place that cannot be written to should not be found out later.
  begin()
  return {
    close: async () => {
      await saving
      clearTimeout(timer)
      if (failure !== undefined) throw failure
      await writeWhole(path, writeCrawlMap(map()))
    }
  }
}
