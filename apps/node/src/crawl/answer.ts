/** What `pex crawl` prints: JSON lines for programs, tables for people. */
import type { CrawlProgress, CrawlSummary } from '@pex/cometbft'
import { percent, whole } from '@pex/sim/report'
import { oneLine } from '../failure.ts'
import { table } from '../table.ts'

/** What `pex crawl --json` prints: a line for each visit, and the last one. Names are what nodes say of themselves. */
export type CrawlEvent =
  | {
      readonly event: 'visit'
      readonly id: string
      readonly addr: string
      readonly verdict: string
      /** Null for `ok`. */
      readonly detail: string | null
      readonly moniker: string | null
      readonly version: string | null
      readonly latencyMs: number | null
      /** Addresses in its answer, and how many of the nodes were new. */
      readonly named: number
      readonly news: number
      readonly visited: number
      readonly ok: number
      readonly known: number
      readonly queued: number
      readonly newPerMinute: number
    }
  | {
      readonly event: 'done'
      /** `complete`, `time`, `max`, or the reason to stop. */
      readonly reason: string
      readonly known: number
      readonly visited: number
      readonly authenticated: number
      readonly links: number
      readonly verdicts: Readonly<Record<string, number>>
      readonly versions: Readonly<Record<string, number>>
      readonly netgroups: Readonly<Record<string, number>>
      readonly files: readonly string[]
    }

export function visitEvent({ visit, visited, ok, known, queued, newPerMinute }: CrawlProgress): CrawlEvent {
  const { id, place, verdict, detail, about, latencyMs, named, news } = visit
  return {
    event: 'visit',
    id,
    addr: place.ip.includes(':') ? `[${place.ip}]:${place.port}` : `${place.ip}:${place.port}`,
    verdict,
    detail: detail ?? null,
    moniker: about?.moniker ?? null,
    version: about?.version ?? null,
    latencyMs: latencyMs ?? null,
    named,
    news,
    visited,
    ok,
    known,
    queued,
    newPerMinute: Math.round(newPerMinute)
  }
}

export function doneEvent(reason: string, summary: CrawlSummary, files: readonly string[]): CrawlEvent {
  const { known, visited, authenticated, links } = summary
  return {
    event: 'done',
    reason,
    known,
    visited,
    authenticated,
    links,
    // `fromEntries` makes own properties of whatever names strangers have chosen.
    verdicts: Object.fromEntries(summary.verdicts),
    versions: Object.fromEntries(summary.versions),
    netgroups: Object.fromEntries(summary.netgroups),
    files
  }
}

/** As many rows of one kind as fit on a screen. */
const mostRows = 12

/** The summary for people. */
export function summaryLines(summary: CrawlSummary): readonly string[] {
  const { authenticated, known, visited, links, latencyMs } = summary
  const time = latencyMs === undefined ? '' : `, median time to connect ${latencyMs} ms`
  return [
    `${whole(authenticated)} nodes answered of ${whole(visited)} visited and ${whole(known)} known; ${whole(links)} links${time}`,
    '',
    ...tally('verdict', summary.verdicts, known),
    ...(authenticated === 0 ? [] : ['', ...tally('version', summary.versions, authenticated)]),
    ...(authenticated === 0 ? [] : ['', ...tally('network group', summary.netgroups, authenticated)])
  ]
}

function tally(name: string, rows: CrawlSummary['versions'], total: number): readonly string[] {
  const rest = rows.slice(mostRows).reduce((sum, [, count]) => sum + count, 0)
  const shown = rows.slice(0, mostRows)
  const all = rest > 0 ? [...shown, [`${whole(rows.length - shown.length)} others`, rest] as const] : shown
  const cells = all.map(([key, count]) => [
    oneLine(key),
    whole(count),
    percent(total === 0 ? null : count / total)
  ])
  return table([[name, 'nodes', 'share'], ...cells])
}
