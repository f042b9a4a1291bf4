/**
 * The report of a run, or of two side by side: one HTML file that opens without a network, with everything in it.
 */
import type { Result } from '../result.ts'
import { degreePlot } from './degree-plot.ts'
import { commandOf, figuresOf, labelsOf, settingsOf } from './figures.ts'
import type { Figure } from './figures.ts'
import { Html, html } from './html.ts'
import type { Content } from './html.ts'
import { whole } from './numbers.ts'
import { plotsOf } from './plots.ts'
import { style } from './style.ts'

/** One run as a complete HTML document. */
export function report(result: Result): string {
  const { policy, scenario } = result
  return page({
    title: `${policy} on ${scenario}`,
    heading: html`${policy} <small>on ${scenario}</small>`,
    about: html`<p>${settingsOf(result)}</p>`,
    results: [result],
    names: [policy]
  })
}

/** Two runs in the same plots, as a complete HTML document. */
export function compareReport(a: Result, b: Result): string {
  const names = labelsOf(a, b)
  const kinds = ['a', 'b'] as const
  return page({
    title: `${names[0]} and ${names[1]}`,
    heading: html`<span class="key a"></span>${names[0]} <small>and</small>
      <span class="key b"></span>${names[1]}`,
    about: [a, b].map(
      (each, i) =>
        html`<p>
          <span class="key ${kinds[i]}"></span>${each.policy} on ${each.scenario}: ${settingsOf(each)}
        </p>`
    ),
    results: [a, b],
    names
  })
}

interface Page {
  readonly title: string
  readonly heading: Html
  readonly about: Content
  readonly results: readonly Result[]
  readonly names: readonly string[]
}

function page({ title, heading, about, results, names }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title} · pex sim</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <header>
          <h1>${heading}</h1>
          ${about}${tiles(results)}
        </header>
        <main>
          <h2>Plots</h2>
          <div class="grid">${degreePlot(results, names)} ${plotsOf(results, names)}</div>
          <h2>Figures of the last round</h2>
          <div class="panel">${figuresTable(results, names)}</div>
        </main>
        <footer>
          ${results.map(
            (each, i) =>
              html`<p>
                ${names.length > 1 && `${names[i]!}: `}<code>${commandOf(each)}</code><br />
                state ${each.stateHash}; ${whole(each.nodeRoundsPerSecond)} node-rounds per second,
                ${whole(each.bytesPerNode)} bytes per node
              </p>`
          )}
          <p>
            A round: every live node starts one exchange. The random graph has as many nodes as live at the
            end, each with a view that is drawn at random.
          </p>
        </footer>
      </body>
    </html> `.text
}

/** The figures that are looked at first. */
const first: readonly string[] = [
  'in-degree, sd',
  'clustering',
  'path length',
  'largest component',
  'dead links',
  "attackers' share",
  'messages per node and round'
]

function tiles(results: readonly Result[]): Html {
  const figures = figuresOf(results).filter(({ name }) => first.includes(name))
  const kinds = ['a', 'b'] as const
  return html`<ul class="tiles">
    ${figures.map(({ name, of, random }) => {
      const values = results.map((each, i) =>
        results.length === 1
          ? html`<strong>${of(each)}</strong>`
          : html`<strong
              ><span class="key ${kinds[i]}" aria-hidden="true" style="display:inline-block"></span
              >${of(each)}</strong
            >`
      )
      const reference = random?.(results[0]!)
      return html`<li class="${results.length > 1 && 'two'}">
        <span>${name}</span
        >${values}${reference !== undefined && html`<span>random graph ${reference}</span>`}
      </li>`
    })}
  </ul>`
}

function figuresTable(results: readonly Result[], names: readonly string[]): Html {
  const isSame = results.every(({ nodes, view }) => nodes === results[0]!.nodes && view === results[0]!.view)
  const heads = results.length === 1 ? ['this run'] : names
  const row = ({ name, meaning, of, random, applies }: Figure): Html => {
    const cells = results.map(each => (applies === undefined || applies(each) ? of(each) : '–'))
    return html`<tr>
      <th scope="row">${name}</th>
      ${cells.map(cell => html`<td>${cell}</td>`)}${isSame && html`<td>${random?.(results[0]!)}</td>`}
      <td class="about">${meaning}</td>
    </tr>`
  }
  return html`<table>
    <thead>
      <tr>
        <th scope="col">figure</th>
        ${heads.map(name => html`<th scope="col">${name}</th>`)}${isSame && html`<th scope="col">random graph</th>`}
        <th scope="col" class="about">what it says</th>
      </tr>
    </thead>
    <tbody>
      ${figuresOf(results).map(row)}
    </tbody>
  </table>`
}
