/**
 * A few lines of a terminal that are drawn again in place.
 */
/** Redraws at most so often, ms: smooth to the eye, and nothing to the machine. */
const frameMs = 100

export class Screen {
  readonly #draw: () => readonly string[]
  #height = 0
  #timer: NodeJS.Timeout | undefined

  constructor(draw: () => readonly string[]) {
    this.#draw = draw
    process.stdout.write('\u001B[?25l')
  }

  /** Something has changed: the picture follows soon. */
  refresh(): void {
    this.#timer ??= setTimeout(() => this.#paint(), frameMs)
  }

  /** Draws a last time and gives the terminal back. */
  close(): void {
    this.#paint()
    process.stdout.write('\u001B[?25h')
  }

  #paint(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#draw()
    const up = this.#height > 0 ? `\u001B[${this.#height}A` : ''
    process.stdout.write(`${up}\r${lines.map(line => `\u001B[2K${line}\n`).join('')}\u001B[J`)
    this.#height = lines.length
  }
}
