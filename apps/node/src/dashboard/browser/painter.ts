/** Draws a graph on a canvas: edges first, all of one kind in one stroke, then the nodes, kind by kind. */
import type { OverlayNode } from '../shapes.ts'

/** What to draw, in the coordinates of the layout. */
export interface Picture {
  readonly nodes: readonly OverlayNode[]
  readonly edges: Uint32Array
  readonly positions: Float32Array
  /** The place of the node that is looked at, or -1. */
  readonly chosen: number
  /** Whether the next picture follows at once. */
  readonly isMoving: boolean
}

/** Where the picture stands on the canvas, in CSS pixels. */
export interface Stand {
  readonly scale: number
  readonly left: number
  readonly top: number
}

type Colors = Readonly<Record<'ink' | 'quiet' | 'a' | 'b' | 'c' | 'bar' | 'edge' | 'card', string>>

/** Of more edges only so many are drawn, spread evenly, and all of the node that is looked at; fewer while they move. */
const MAX_EDGES = { moving: 1_000, resting: 6_000 } as const
const MAX_NAMES = 40
/** Room for the names of the outermost nodes. */
const MARGIN = { x: 40, y: 26 } as const

export function readColors(): Colors {
  const style = getComputedStyle(document.documentElement)
  const names = ['ink', 'quiet', 'a', 'b', 'c', 'bar', 'edge', 'card'] as const
  return Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--${name}`)])) as Colors
}

/** The middle of the canvas for the middle of the nodes, as large as fits. */
export function standOf(positions: Float32Array, width: number, height: number): Stand {
  let [left, right, top, bottom] = [-1, 1, -1, 1]
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]!)
    right = Math.max(right, positions[i]!)
    top = Math.min(top, positions[i + 1]!)
    bottom = Math.max(bottom, positions[i + 1]!)
  }
  const scale = Math.min((width - 2 * MARGIN.x) / (right - left), (height - 2 * MARGIN.y) / (bottom - top), 5)
  return {
    scale,
    left: width / 2 - ((left + right) / 2) * scale,
    top: height / 2 - ((top + bottom) / 2) * scale
  }
}

/** The place of the node nearest to a point of the canvas, or -1 where none is near. */
export function nodeAt(positions: Float32Array, { scale, left, top }: Stand, x: number, y: number): number {
  let [nearest, least] = [-1, 18 ** 2]
  for (let i = 0; i < positions.length / 2; i++) {
    const square =
      (positions[2 * i]! * scale + left - x) ** 2 + (positions[2 * i + 1]! * scale + top - y) ** 2
    if (square < least) [nearest, least] = [i, square]
  }
  return nearest
}

export function paint(
  canvas: CanvasRenderingContext2D,
  picture: Picture,
  stand: Stand,
  colors: Colors
): void {
  const { nodes, edges, positions, chosen, isMoving } = picture
  const { scale, left, top } = stand
  const at = (node: number): readonly [number, number] => [
    positions[2 * node]! * scale + left,
    positions[2 * node + 1]! * scale + top
  ]
  const count = edges.length / 2
  const every = Math.max(1, Math.ceil(count / MAX_EDGES[isMoving ? 'moving' : 'resting']))
  canvas.strokeStyle = colors.edge
  // A crowd of edges is a shade.
  canvas.globalAlpha = Math.max(0.25, Math.min(1, 300 / (count / every)))
  stroke(canvas, edges, at, { every })
  canvas.globalAlpha = 1
  if (chosen >= 0) {
    canvas.strokeStyle = colors.a
    stroke(canvas, edges, at, { of: chosen })
  }
  const radius = nodes.length > 400 ? 2.4 : nodes.length > 80 ? 4 : 6
  for (const kind of ['caller', 'view', 'both', 'host', 'down', 'self'] as const)
    dots(canvas, picture, at, kind, radius, colors)
  if (chosen >= 0 && chosen < nodes.length) ring(canvas, at(chosen), radius + 4, colors)
  names(canvas, picture, at, radius, colors)
}

type At = (node: number) => readonly [number, number]

function stroke(
  canvas: CanvasRenderingContext2D,
  edges: Uint32Array,
  at: At,
  { every = 1, of }: { every?: number; of?: number }
): void {
  canvas.lineWidth = 1
  canvas.beginPath()
  for (let e = 0; e < edges.length; e += 2 * every) {
    const [from, to] = [edges[e]!, edges[e + 1]!]
    if (of !== undefined && from !== of && to !== of) continue
    canvas.moveTo(...at(from))
    canvas.lineTo(...at(to))
  }
  canvas.stroke()
}

function dots(
  canvas: CanvasRenderingContext2D,
  { nodes }: Picture,
  at: At,
  kind: OverlayNode['kind'],
  radius: number,
  colors: Colors
): void {
  const isHollow = kind === 'caller' || kind === 'down'
  const size = kind === 'self' ? radius * 1.5 : radius
  canvas.beginPath()
  for (const [i, node] of nodes.entries()) {
    if (node.kind !== kind) continue
    const [x, y] = at(i)
    canvas.moveTo(x + size, y)
    canvas.arc(x, y, size, 0, 2 * Math.PI)
  }
  const color = {
    self: colors.ink,
    both: colors.a,
    host: colors.a,
    view: colors.bar,
    caller: colors.c,
    down: colors.b
  }
  canvas.fillStyle = isHollow ? colors.card : color[kind]
  canvas.fill()
  if (!isHollow) return
  canvas.lineWidth = 1.6
  canvas.strokeStyle = color[kind]
  canvas.stroke()
}

function ring(
  canvas: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  radius: number,
  colors: Colors
): void {
  canvas.beginPath()
  canvas.arc(x, y, radius, 0, 2 * Math.PI)
  canvas.lineWidth = 2
  canvas.strokeStyle = colors.ink
  canvas.stroke()
}

function names(
  canvas: CanvasRenderingContext2D,
  { nodes, chosen }: Picture,
  at: At,
  radius: number,
  colors: Colors
): void {
  canvas.font = '11px system-ui, sans-serif'
  canvas.textAlign = 'center'
  canvas.lineWidth = 3
  canvas.strokeStyle = colors.card
  for (const [i, { name, kind }] of nodes.entries()) {
    if (nodes.length > MAX_NAMES && i !== chosen) continue
    const [x, y] = at(i)
    canvas.fillStyle = i === chosen || kind === 'self' ? colors.ink : colors.quiet
    // An edge that runs through a name is kept away from it.
    canvas.strokeText(kind === 'self' ? 'this host' : name, x, y + radius + 14)
    canvas.fillText(kind === 'self' ? 'this host' : name, x, y + radius + 14)
  }
}
