/**
 * The report of a merged sweep: one HTML file that opens without a network, with a plot for each figure. Whatever texts the
 * files held are escaped, and nothing in the page could run.
 */
import { Html, html, style, tableOf, whole } from '@pex/sim/report'
import { oneLine } from '../failure.ts'
import type { Merged, MergedCell, MergeProblem } from './merge-cells.ts'
import { valueText } from './merge-figures.ts'
import type { MergedFigure } from './merge-figures.ts'
import { spreadPlot, spreadStyle } from './merge-plot.ts'
import { figuresFor, meanText, namesOf, rangesText, seedsText } from './merge-text.ts'

/** More are not drawn, and stand in the tables alone. */
const mostRows = 200

/** A complete HTML document. */
export function mergeReport(merged: Merged): string {
  const { cells, results, missing, problems } = merged
  const { common, names } = namesOf(cells.map(({ cell }) => cell))
  const shown = figuresFor(cells)
  const heading = common === '' ? 'Sweep' : common
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${heading} · pex sim merge</title>
        <style>
          ${new Html(style)}${new Html(spreadStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>${heading}</h1>
          <p>
            ${whole(results)} results of ${whole(cells.length)}
            cells${missing > 0 && `; ${whole(missing)} missing`}
          </p>
        </header>
        <main>
          ${missing > 0 && missingPart(cells, names)} ${problems.length > 0 && problemsPart(problems)}
          <h2>Means</h2>
          <div class="panel">${tableOf(overview(cells, names, shown))}</div>
          <h2>Plots</h2>
          <div class="grid">${shown.map(figure => plot(figure, cells, names))}</div>
        </main>
        <footer>
          <p>
            A point is the mean over the seeds of a cell, the thick line the interval that holds the mean over
            all seeds with 95 % confidence (Student's t), the thin line goes from the least to the most. The
            dotted mark is the random graph of the same size.
          </p>
        </footer>
      </body>
    </html> `.text
}

function overview(
  cells: readonly MergedCell[],
  names: readonly string[],
  shown: readonly MergedFigure[]
): string[][] {
  return [
    ['cell', 'seeds', ...shown.map(({ name }) => name)],
    ...cells.map((each, i) => [
      names[i]!,
      seedsText(each),
      ...shown.map(figure => meanText(figure, each.spreads.get(figure.key)))
    ])
  ]
}

function missingPart(cells: readonly MergedCell[], names: readonly string[]): Html {
  const rows = cells.flatMap(({ missing }, i) =>
    missing.length === 0 ? [] : [[names[i]!, whole(missing.length), rangesText(missing)]]
  )
  return html`<h2>Missing</h2>
    <div class="panel">${tableOf([['cell', 'results', 'seeds'], ...rows])}</div>`
}

function problemsPart(problems: readonly MergeProblem[]): Html {
  const rows = problems.map(({ file, why }) => [oneLine(file), oneLine(why)])
  return html`<h2>Left out</h2>
    <div class="panel">${tableOf([['file', 'why'], ...rows])}</div>`
}

function plot(figure: MergedFigure, cells: readonly MergedCell[], names: readonly string[]): Html {
  const { key, name, meaning } = figure
  const rows = cells.flatMap(({ spreads, randoms }, i) => {
    const spread = spreads.get(key)
    return spread === null || spread === undefined
      ? []
      : [{ name: names[i]!, spread, random: randoms.get(key) }]
  })
  const hasRandom = rows.some(({ random }) => random !== undefined)
  const head = ['cell', 'seeds', 'mean', '95 % interval', 'median', 'least', 'most']
  const table = rows.map(({ name: cell, spread, random }) => [
    cell,
    whole(spread.count),
    valueText(figure, spread.mean),
    spread.low === null ? '–' : `${valueText(figure, spread.low)} to ${valueText(figure, spread.high)}`,
    valueText(figure, spread.median),
    valueText(figure, spread.min),
    valueText(figure, spread.max),
    ...(hasRandom ? [valueText(figure, random ?? null)] : [])
  ])
  return html`<figure class="card" id="${key}">
    <figcaption>
      <h3>${name}</h3>
      <p>${meaning}</p>
    </figcaption>
    ${spreadPlot({
      id: key,
      title: name,
      rows: rows.slice(0, mostRows),
      most: figure.kind === 'share' ? 1 : Infinity,
      text: value => valueText(figure, value)
    })}
    ${rows.length > mostRows && html`<p class="quiet">and ${whole(rows.length - mostRows)} more in the table</p>`}
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${name}, table">
        ${tableOf([[...head, ...(hasRandom ? ['random graph'] : [])], ...table])}
      </div>
    </details>
  </figure>`
}
