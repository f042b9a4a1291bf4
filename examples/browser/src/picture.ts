/** The view as a picture: this tab in the middle, its peers around it, the newest ones outermost. */

interface Dot {
  readonly id: string
  readonly age: number
}

export class Picture {
  readonly #canvas: HTMLCanvasElement
  #dots: readonly Dot[] = []

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    new ResizeObserver(() => this.#draw()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw())
  }

  show(dots: readonly Dot[]): void {
    this.#dots = dots
    this.#draw()
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const scale = devicePixelRatio
    this.#canvas.width = width * scale
    this.#canvas.height = height * scale
    const context = this.#canvas.getContext('2d')
    if (context === null) return
    context.scale(scale, scale)
    const style = getComputedStyle(document.documentElement)
    const [accent, line, ink] = ['--accent', '--line', '--ink'].map(name => colour(style, name))
    const [x, y] = [width / 2, height / 2]
    for (const { id, age } of this.#dots) {
      const angle = turnOf(id) * 2 * Math.PI
      const reach = (Math.min(width, height) / 2 - 20) * (0.55 + 0.45 / (1 + age / 5))
      const [px, py] = [x + reach * 1.4 * Math.cos(angle), y + reach * Math.sin(angle)]
      context.strokeStyle = line!
      context.beginPath()
      context.moveTo(x, y)
      context.lineTo(px, py)
      context.stroke()
      circle(context, px, py, 6, accent!)
    }
    circle(context, x, y, 9, ink!)
  }
}

/** A canvas does not understand `light-dark()`: an element does. */
function colour(style: CSSStyleDeclaration, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = style.getPropertyValue(name)
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number, fill: string): void {
  context.fillStyle = fill
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

/** Where an id stands on the circle, 0 to 1: always the same place. */
function turnOf(id: string): number {
  let hash = 0
  for (const letter of id) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0
  return (hash >>> 0) / 2 ** 32
}
