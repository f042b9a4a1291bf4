/** How far a crawl is: a line that moves where somebody watches, a line now and then where it goes into a file. */
import type { CrawlProgress } from '@pex/cometbft'
import { remark } from '../output.ts'
import type { Progress, Sink } from '../sim/progress.ts'

const frameMs = 100
const lineMs = 10_000

export interface CrawlDisplay extends Omit<Progress, 'update'> {
  update(progress: CrawlProgress): void
}

export function showCrawl(sink: Sink, isWatched: boolean, now: () => number): CrawlDisplay {
  let last = isWatched ? -Infinity : now()
  return {
    update: progress => {
      const at = now()
      if (at - last < (isWatched ? frameMs : lineMs)) return
      last = at
      const text = countsOf(progress)
      if (isWatched) sink.write(`\r\u001B[2K${text.slice(0, (sink.columns ?? 80) - 1)}`)
      else remark(text)
    },
    close: () => {
      if (isWatched && last > -Infinity) sink.write('\r\u001B[2K')
    }
  }
}

/** "412 answered of 980 visited, 1 204 known, 224 queued, 31 new a minute" */
export function countsOf({ ok, visited, known, queued, running, newPerMinute }: CrawlProgress): string {
  const waiting = queued + running
  return `${ok} answered of ${visited} visited, ${known} known, ${waiting} to visit, ${Math.round(newPerMinute)} new a minute`
}
