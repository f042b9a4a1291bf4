/**
 * Where the nodes of a network stand in a picture of it: linked ones pull at each other, near ones push (Fruchterman and Reingold
 * 1991, with their grid for the pushes). No chance is in it: the same network gives the same picture.
 */

export interface Point {
  readonly x: number
  readonly y: number
}

/** Steps of all nodes together, at most: what takes about two seconds. */
const WORK = 400_000
const MOST_STEPS = 160
/** The angle between two seeds of a sunflower: no two of them stand in one line. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5))
/** Nodes push each other up to so far; where links of length 1 are at rest. */
const REACH = 3
/** How strongly everything is drawn to the middle: parts that nothing links must not fly away. */
const GRAVITY = 0.06

/** Points within the unit circle, for `count` nodes with links between them (pairs of their numbers). */
export function layout(count: number, links: readonly (readonly [number, number])[]): readonly Point[] {
  const [x, y] = sunflower(count)
  const steps = Math.min(MOST_STEPS, Math.ceil(WORK / Math.max(1, count)))
  for (let step = 0; step < steps; step++) {
    const [dx, dy] = [new Float64Array(count), new Float64Array(count)]
    push(x, y, dx, dy)
    pull(links, x, y, dx, dy)
    // Cooler and cooler: far at first, then only to settle.
    const most = 2 * (1 - step / steps) + 0.02
    for (let i = 0; i < count; i++) {
      const [vx, vy] = [dx[i]! - GRAVITY * x[i]!, dy[i]! - GRAVITY * y[i]!]
      const length = Math.hypot(vx, vy)
      const share = length > most ? most / length : 1
      x[i]! += vx * share
      y[i]! += vy * share
    }
  }
  return withinCircle(x, y)
}

/** Points spread evenly over a ring, from `inner` to 1. */
export function ring(count: number, inner: number): readonly Point[] {
  return Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(inner ** 2 + (1 - inner ** 2) * ((i + 0.5) / count))
    return { x: radius * Math.cos(i * GOLDEN), y: radius * Math.sin(i * GOLDEN) }
  })
}

function sunflower(count: number): [x: Float64Array, y: Float64Array] {
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  for (let i = 0; i < count; i++) {
    x[i] = Math.sqrt(i) * Math.cos(i * GOLDEN)
    y[i] = Math.sqrt(i) * Math.sin(i * GOLDEN)
  }
  return [x, y]
}

function push(x: Float64Array, y: Float64Array, dx: Float64Array, dy: Float64Array): void {
  const cells = new Map<string, number[]>()
  for (let i = 0; i < x.length; i++) {
    const key = `${Math.floor(x[i]! / REACH)} ${Math.floor(y[i]! / REACH)}`
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [i])
    else cell.push(i)
  }
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [Math.floor(x[i]! / REACH), Math.floor(y[i]! / REACH)]
    for (let c = column - 1; c <= column + 1; c++)
      for (let r = row - 1; r <= row + 1; r++)
        for (const j of cells.get(`${c} ${r}`) ?? []) {
          if (i === j) continue
          const [ex, ey] = [x[i]! - x[j]!, y[i]! - y[j]!]
          const square = Math.max(0.01, ex * ex + ey * ey)
          if (square > REACH * REACH) continue
          dx[i]! += ex / square
          dy[i]! += ey / square
        }
  }
}

function pull(
  links: readonly (readonly [number, number])[],
  x: Float64Array,
  y: Float64Array,
  dx: Float64Array,
  dy: Float64Array
): void {
  for (const [i, j] of links) {
    const [ex, ey] = [x[i]! - x[j]!, y[i]! - y[j]!]
    const share = Math.min(1, Math.hypot(ex, ey)) * 0.12
    dx[i]! -= ex * share
    dy[i]! -= ey * share
    dx[j]! += ex * share
    dy[j]! += ey * share
  }
}

/**
 * Centred, and within the circle. Half of each distance from the middle is by rank, which spreads nodes evenly: otherwise most
 * of a large network is a heap in the middle, and a few stragglers set the scale.
 */
function withinCircle(x: Float64Array, y: Float64Array): readonly Point[] {
  const middle = (all: Float64Array): number =>
    all.reduce((sum, each) => sum + each, 0) / Math.max(1, all.length)
  const [mx, my] = [middle(x), middle(y)]
  const radii = x.map((each, i) => Math.hypot(each - mx, y[i]! - my))
  const most = radii.reduce((high, each) => Math.max(high, each), 1e-9)
  const even = new Float64Array(x.length)
  for (const [rank, i] of [...x.keys()].toSorted((a, b) => radii[a]! - radii[b]! || a - b).entries())
    even[i] = Math.sqrt((rank + 0.5) / x.length)
  return Array.from(x, (each, i) => {
    const radius = Math.max(radii[i]!, 1e-9)
    const scale = (radius / most + even[i]!) / 2 / radius
    return { x: (each - mx) * scale, y: (y[i]! - my) * scale }
  })
}
