/**
 * Where the nodes of a graph go: everybody pushes everybody else away, edges pull, and a weak force keeps all of it in the
 * middle; the motion cools down until it stands still (Fruchterman and Reingold 1991; velocities as in Verlet's method).
 *
 * Pushing is every pair once: for the 2 048 nodes that there may be, two million, about 10 ms in a thread of its own.
 */

/** Nodes beyond these are not laid out. */
export const MAX_NODES = 2_048

const REPULSION = 60
const DISTANCE = 34
const GRAVITY = 0.035
const FRICTION = 0.62
const COOLING = 0.978
const COLD = 0.012
/** Two nodes in one place push each other as if they were so far apart. */
const LEAST_SQUARE = 4

export class Layout {
  /** x and y of each node, in turn. */
  positions: Float32Array<ArrayBuffer> = new Float32Array(0)
  #velocities = new Float32Array(0)
  #edges = new Uint32Array(0)
  #pull = new Float32Array(0)
  #heat = 0

  /** Whether it moves no more. */
  get isCold(): boolean {
    return this.#heat < COLD
  }

  /**
   * Lays another graph out. `places`: x and y of each node, NaN for one that has none yet; it begins beside the others. `heat`: from
   * 0 to 1, how much may move.
   */
  set(places: Float32Array, edges: Uint32Array, heat: number): void {
    const count = Math.min(MAX_NODES, places.length / 2)
    const positions = new Float32Array(count * 2)
    for (let i = 0; i < count; i++) {
      const known = !Number.isNaN(places[2 * i]!)
      // A sunflower: no two in one place, and none by chance.
      const [radius, angle] = [12 * Math.sqrt(i + 0.5), i * 2.399_963]
      positions[2 * i] = known ? places[2 * i]! : radius * Math.cos(angle)
      positions[2 * i + 1] = known ? places[2 * i + 1]! : radius * Math.sin(angle)
    }
    const inside = edges.filter((_, i) => Math.max(edges[i - (i % 2)]!, edges[i - (i % 2) + 1]!) < count)
    this.positions = positions
    this.#velocities = new Float32Array(count * 2)
    this.#edges = inside
    this.#pull = pulls(inside, count)
    this.#heat = Math.max(this.#heat, heat)
  }

  /** One step in time. */
  step(): void {
    this.#push()
    this.#pullTogether()
    const { positions } = this
    const velocities = this.#velocities
    for (let i = 0; i < positions.length; i++) {
      velocities[i] = (velocities[i]! - positions[i]! * GRAVITY * this.#heat) * FRICTION
      positions[i]! += velocities[i]!
    }
    this.#heat *= COOLING
  }

  #push(): void {
    const { positions } = this
    const velocities = this.#velocities
    const force = REPULSION * this.#heat
    for (let i = 0; i < positions.length; i += 2) {
      const [x, y] = [positions[i]!, positions[i + 1]!]
      let pushX = 0
      let pushY = 0
      for (let j = i + 2; j < positions.length; j += 2) {
        const dx = x - positions[j]!
        const dy = y - positions[j + 1]!
        const strength = force / Math.max(dx * dx + dy * dy, LEAST_SQUARE)
        pushX += dx * strength
        pushY += dy * strength
        velocities[j]! -= dx * strength
        velocities[j + 1]! -= dy * strength
      }
      velocities[i]! += pushX
      velocities[i + 1]! += pushY
    }
  }

  #pullTogether(): void {
    const { positions } = this
    const velocities = this.#velocities
    for (let e = 0; e < this.#edges.length; e += 2) {
      const [i, j] = [this.#edges[e]! * 2, this.#edges[e + 1]! * 2]
      const dx = positions[j]! - positions[i]!
      const dy = positions[j + 1]! - positions[i + 1]!
      const length = Math.max(Math.hypot(dx, dy), 1)
      const strength = ((length - DISTANCE) / length) * this.#pull[e / 2]! * this.#heat
      velocities[i]! += dx * strength
      velocities[i + 1]! += dy * strength
      velocities[j]! -= dx * strength
      velocities[j + 1]! -= dy * strength
    }
  }
}

/** An edge pulls less where its ends have many: otherwise a hub would draw everything into one point. */
function pulls(edges: Uint32Array, count: number): Float32Array<ArrayBuffer> {
  const degrees = new Uint32Array(count)
  for (const node of edges) degrees[node]!++
  const pull = new Float32Array(edges.length / 2)
  for (let e = 0; e < edges.length; e += 2)
    pull[e / 2] = 0.45 / Math.max(1, Math.max(degrees[edges[e]!]!, degrees[edges[e + 1]!]!) / 2)
  return pull
}
