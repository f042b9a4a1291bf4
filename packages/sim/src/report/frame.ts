/** What every plot has: its frame, its axes, and its words for those who do not see it. */
import { Html, html } from './html.ts'
import type { Content } from './html.ts'
import type { Scale } from './scale.ts'

/** As wide as a phone: so that letters keep their size there. Units of the drawing, which are pixels at 400 wide. */
export const frame = { width: 400, height: 232, left: 48, right: 388, top: 14, bottom: 194 } as const

export interface Picture {
  /** A name for the elements that belong together, unique on the page. */
  readonly id: string
  readonly title: string
  /** What is drawn, in a phrase below the title. */
  readonly subtitle: string
  /** The same in a sentence with its figures, for screen readers. */
  readonly description: string
  readonly drawing: Content
  /** The heading and the rows of the table beside it. */
  readonly table: readonly (readonly string[])[]
  /** What the lines are; nothing where there is only one. */
  readonly legend?: Content
}

export function card({ id, title, subtitle, description, drawing, table, legend }: Picture): Html {
  const { width, height } = frame
  return html`<figure class="card" id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p>${subtitle}</p>
      ${legend}
    </figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-description">
      <title id="${id}-title">${title}</title>
      <desc id="${id}-description">${description}</desc>
      ${drawing}
    </svg>
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="${title}, table">${tableOf(table)}</div>
    </details>
  </figure>`
}

/** A table whose first row is its heading and whose first column names the rows. */
export function tableOf(rows: readonly (readonly string[])[]): Html {
  const [head = [], ...body] = rows
  return html`<table>
    <thead>
      <tr>
        ${head.map(cell => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${body.map(
        ([name, ...cells]) =>
          html`<tr>
            <th scope="row">${name}</th>
            ${cells.map(cell => html`<td>${cell}</td>`)}
          </tr>`
      )}
    </tbody>
  </table>`
}

/** Lines and figures of both axes; `name` says what runs along the lower one. */
export function axes(x: Scale, y: Scale, name: string, figureOf: (value: number) => string): Html {
  const { left, right, bottom } = frame
  return html`<g class="axes"
    >${y.ticks.map(
      tick =>
        html`<line x1="${left}" x2="${right}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}" /><text
            x="${left - 6}"
            y="${px(y.at(tick) + 3.5)}"
            text-anchor="end"
            >${figureOf(tick)}</text
          >`
    )}${x.ticks.map(
      tick =>
        html`<line
            class="tick"
            x1="${px(x.at(tick))}"
            x2="${px(x.at(tick))}"
            y1="${bottom}"
            y2="${bottom + 4}"
          /><text x="${px(x.at(tick))}" y="${bottom + 17}" text-anchor="middle">${tick}</text>`
    )}<text class="name" x="${(left + right) / 2}" y="${frame.height - 4}" text-anchor="middle"
      >${name}</text
    ></g
  >`
}

/** A curve through points in the drawing. */
export function curve(points: readonly (readonly [number, number])[], kind: string): Html {
  if (points.length === 0) return html``
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('')
  // A single point is no curve, and would not be seen.
  const [only] = points
  if (points.length === 1 && only !== undefined)
    return html`<circle class="dot ${kind}" cx="${px(only[0])}" cy="${px(only[1])}" r="3" />`
  return html`<path class="curve ${kind}" d="${d}" />`
}

/** A place in the drawing to a tenth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** A row of line samples with their names. */
export function legendOf(entries: readonly (readonly [kind: string, name: string])[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ([kind, name]) =>
        html`<li>
          <svg viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">
            <path class="curve ${kind}" d="M1 4H25" /></svg
          >${name}
        </li>`
    )}
  </ul>`
}
