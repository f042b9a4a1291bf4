/** Colours of the terminal. */

const colors = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** How to colour a piece of text; without colours, the text itself. */
export type Paint = (text: string, color: keyof typeof colors) => string

/** Colours, unless the user wants none (no-color.org). */
export function painter(env: NodeJS.ProcessEnv): Paint {
  if ((env['NO_COLOR'] ?? '') !== '') return text => text
  return (text, color) => `\u001B[${colors[color]}m${text}\u001B[0m`
}
