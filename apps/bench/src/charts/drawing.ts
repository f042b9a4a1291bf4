/**
 * What all charts share: an SVG file that opens anywhere, with colours that the colour-blind can tell apart (Okabe and Ito
 * 2008; grey and brown besides). Whoever has a dark screen sees it on a dark ground; what a reader of SVG does not know of that stays light.
 */

export const width = 720

const colours = [
  '#000000',
  '#009e73',
  '#d55e00',
  '#0072b2',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8a8a8a',
  '#a6761d'
]

/** Ground, writing, lines of the grid, and the first colour, which is black on white. */
const dark =
  '<style>@media (prefers-color-scheme: dark) { svg { fill: #d6d9de } .ground { fill: #16181d } .grid { stroke: #3a3f48 } ' +
  '.line0 { stroke: #f4f4f4 } .fill0 { fill: #f4f4f4 } .line3 { stroke: #4aa3df } .fill3 { fill: #4aa3df } }</style>'

/** The file around what is drawn. */
export function file(title: string, height: number, drawn: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#333">`,
    `<title>${escape(title)}</title>`,
    dark,
    `<rect class="ground" width="${width}" height="${height}" fill="#fff"/>`,
    ...drawn,
    '</svg>',
    ''
  ].join('\n')
}

/** A chart's title, above it. */
export function heading(title: string, x: number): string {
  return `<text x="${x}" y="22" font-size="14" font-weight="600">${escape(title)}</text>`
}

/** The attributes of a line in the colour of the i-th of what is compared. */
export function stroke(i: number): string {
  return `class="line${i % colours.length}" stroke="${colourOf(i)}"`
}

/** The attributes of a surface in that colour. */
export function fill(i: number): string {
  return `class="fill${i % colours.length}" fill="${colourOf(i)}"`
}

function colourOf(i: number): string {
  return colours[i % colours.length]!
}

/** A place on the drawing, in as many digits as can be seen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
