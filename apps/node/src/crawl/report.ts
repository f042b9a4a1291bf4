/**
 * The report of a crawl: one HTML file that opens without a network, with everything in it. Whatever nodes say of themselves is
 * text in it and nothing else: it is escaped, and nothing in the page could run.
 */
import { isAuthenticated, namedByCounts, summaryOf } from '@pex/cometbft'
import type { CrawlMap, CrawlSummary, MappedNode, Tally } from '@pex/cometbft'
import { Html, html, percent, style, tableOf, whole } from '@pex/sim/report'
import { formatDuration } from '../duration.ts'
import { anchorOf, colourOf, COLOURS, drawn, picture } from './picture.ts'
import { crawlStyle } from './style.ts'

/** Rows of a table: more are in the map. */
const MOST_ROWS = 1_000
const MOST_GROUPS = 12

/** A complete HTML document. */
export function crawlReport(map: CrawlMap): string {
  const summary = summaryOf(map)
  const { chainId } = map
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${chainId} · pex crawl</title>
        <style>
          ${new Html(style)}${new Html(crawlStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>${chainId} <small>as its nodes tell it</small></h1>
          <p>${aboutOf(map)}</p>
          ${tiles(summary)}
        </header>
        <main>
          <h2>Network</h2>
          <figure class="card picture">${picture(map, summary.versions)} ${legend(summary)}</figure>
          <div class="grid tallies">
            ${tally('Verdicts', 'how the last visit ended', summary.verdicts, summary.known)}
            ${tally('Versions', 'of the nodes that answered', summary.versions, summary.authenticated)}
            ${tally('Network groups', 'of the nodes that answered', summary.netgroups, summary.authenticated)}
          </div>
          <h2>Nodes that answered</h2>
          ${nodesTable(map)}
        </main>
        <footer>
          <p>
            Monikers and versions are what nodes say of themselves. A node counts as answering once it has
            proved its id on this chain. Links are names in answers, of which each is a random part of a book.
          </p>
        </footer>
      </body>
    </html> `.text
}

function aboutOf({ startedAt, savedAt, isComplete, dropped }: CrawlMap): string {
  const when = `${minute(startedAt)} to ${minute(savedAt)} UTC`
  const end = isComplete ? 'nobody was left to visit' : 'ended before it was complete'
  const lost = dropped === 0 ? '' : `; ${whole(dropped)} addresses had no room`
  return `${when} (${formatDuration(savedAt - startedAt)}); ${end}${lost}`
}

function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

function tiles(summary: CrawlSummary): Html {
  const { authenticated, known, visited, versions, netgroups, links, latencyMs } = summary
  const all: readonly (readonly [string, string])[] = [
    ['answered', whole(authenticated)],
    ['known', whole(known)],
    ['visited', whole(visited)],
    ['versions', whole(versions.length)],
    ['network groups', whole(netgroups.length)],
    ['links', whole(links)],
    ['connect, median', latencyMs === undefined ? '–' : `${latencyMs} ms`]
  ]
  return html`<ul class="tiles">
    ${all.map(([name, value]) => html`<li><span>${name}</span><strong>${value}</strong></li>`)}
  </ul>`
}

function legend({ versions, verdicts }: CrawlSummary): Html {
  const has = (...some: readonly string[]): boolean => verdicts.some(([verdict]) => some.includes(verdict))
  const named = versions.slice(0, COLOURS)
  const others = versions.slice(COLOURS).reduce((sum, [, count]) => sum + count, 0)
  return html`<figcaption>
    <ul class="legend">
      ${named.map(
        ([version, count]) =>
          html`<li>
            <span class="spot ${colourOf(versions, version)}"></span>${version} <small>${whole(count)}</small>
          </li>`
      )}
      ${others > 0 && html`<li><span class="spot vx"></span>others <small>${whole(others)}</small></li>`}
      <li><span class="spot seedspot"></span>seed</li>
      <li><span class="spot gone"></span>did not answer</li>
      ${has('wrong-chain') && html`<li><span class="spot other"></span>other chain</li>`}
      ${has('not visited', 'skipped') && html`<li><span class="spot unseen"></span>not visited</li>`}
    </ul>
    <p>
      The more others name a node, the larger it is. Lines: who found whom, and a few of those that each
      names.
    </p>
  </figcaption>`
}

function tally(title: string, subtitle: string, rows: Tally, total: number): Html {
  const shown = rows.slice(0, MOST_GROUPS)
  const rest = rows.slice(MOST_GROUPS).reduce((sum, [, count]) => sum + count, 0)
  const all = rest > 0 ? [...shown, [`${whole(rows.length - shown.length)} others`, rest] as const] : shown
  return html`<section class="card">
    <h3>${title}</h3>
    <p class="quiet">${subtitle}</p>
    ${tableOf([
      ['', 'nodes', 'share'],
      ...all.map(([name, count]) => [name, whole(count), percent(total === 0 ? null : count / total)])
    ])}
  </section>`
}

function nodesTable(map: CrawlMap): Html {
  const named = namedByCounts(map)
  const isDrawn = new Set(drawn(map))
  const rows = [...map.nodes.keys()]
    .filter(i => isAuthenticated(map.nodes[i]!))
    .toSorted((a, b) => named[b]! - named[a]! || a - b)
  const head = ['moniker', 'version', 'address', 'verdict', 'connect', 'named by', 'names', 'id']
  return html`<div class="panel nodes" tabindex="0" role="region" aria-label="Nodes that answered">
    <table>
      <thead>
        <tr>
          ${head.map(name => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, MOST_ROWS).map(i => rowOf(map.nodes[i]!, i, named[i]!, isDrawn.has(i)))}
      </tbody>
    </table>
    ${rows.length > MOST_ROWS && html`<p class="quiet">and ${whole(rows.length - MOST_ROWS)} more</p>`}
  </div>`
}

function rowOf(
  { about, addresses, verdict, latencyMs, names, id }: MappedNode,
  i: number,
  by: number,
  isDrawn: boolean
): Html {
  const [{ ip, port } = { ip: '', port: 0 }] = addresses
  const moniker = about!.moniker
  return html`<tr>
    <th scope="row">${isDrawn ? html`<a href="#${anchorOf(i)}">${moniker}</a>` : moniker}</th>
    <td>${about!.version}</td>
    <td>${ip.includes(':') ? `[${ip}]` : ip}:${port}</td>
    <td>${verdict}</td>
    <td>${latencyMs === undefined ? '–' : `${latencyMs} ms`}</td>
    <td>${whole(by)}</td>
    <td>${whole(names.length)}</td>
    <td><code>${id}</code></td>
  </tr>`
}
