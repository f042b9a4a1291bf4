/**
 * The overlay as a picture that stays fluid with thousands of nodes: laid out by a worker, drawn when something has moved and not
 * otherwise. The arrow keys go from node to node; what a node is stands below the picture.
 */
import type { OverlayNode, OverlayShape } from '../shapes.ts'
import { card, Figures } from './card.ts'
import { el, plain, setText } from './dom.ts'
import { plural, short } from './format.ts'
import { MAX_NODES } from './layout.ts'
import { nodeAt, paint, readColors, standOf } from './painter.ts'
import type { Stand } from './painter.ts'
import type { Order, Placement } from './worker.ts'

const kinds: Readonly<Record<OverlayNode['kind'], string>> = {
  self: 'this host',
  both: 'in the view, and has called',
  view: 'in the view',
  caller: 'has called',
  host: 'up',
  down: 'not up'
}

/** A few changes move little; a new graph moves everything. */
const WARM = 0.25

export class Graph {
  readonly element: HTMLElement
  readonly #canvas: HTMLCanvasElement
  readonly #caption: HTMLElement
  readonly #figures: Figures
  readonly #worker: Worker
  #nodes: readonly OverlayNode[] = []
  #edges = new Uint32Array(0)
  #positions = new Float32Array(0)
  #version = 0
  #chosen = -1
  #colors = readColors()
  #stand: Stand = { scale: 1, left: 0, top: 0 }
  #isDue = false
  #isMoving = true

  constructor(kind: 'host' | 'demo') {
    this.#canvas = el('canvas', {
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'graph',
      'aria-label': 'Overlay. The arrow keys go from host to host, Escape leaves.',
      'aria-describedby': 'overlay-caption'
    })
    this.#caption = el('p', { class: 'caption', id: 'overlay-caption', 'aria-live': 'polite' })
    this.#figures = new Figures('Overlay')
    const shown =
      kind === 'host' ? (['self', 'both', 'view', 'caller'] as const) : (['host', 'down'] as const)
    const legend = shown.map(each =>
      el('li', {}, el('i', { class: each === 'host' ? 'both' : each, 'aria-hidden': 'true' }), kinds[each])
    )
    this.element = card(
      {
        id: 'overlay',
        title: 'Overlay',
        subtitle:
          kind === 'host'
            ? 'Whom this host holds, and who has called it: as much of the network as it sees.'
            : 'Who holds whom, of all hosts.',
        size: 'wide'
      },
      el('ul', { class: 'legend' }, ...legend),
      el('div', { class: 'graph' }, this.#canvas),
      this.#caption,
      this.#figures.element
    )
    this.#worker = startWorker()
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Placement>) => this.#place(data))
    this.#listen()
  }

  set({ nodes, edges }: OverlayShape): void {
    const ends = Uint32Array.from(edges.filter(each => Math.max(...each) < MAX_NODES).flat())
    const isSame = isSameGraph(this.#nodes, nodes, this.#edges, ends)
    const chosen = this.#nodes[this.#chosen]?.id
    const places = this.#placesOf(nodes)
    this.#nodes = nodes.slice(0, MAX_NODES)
    this.#chosen = this.#nodes.findIndex(({ id }) => id === chosen)
    if (!isSame) {
      this.#edges = ends
      this.#positions = places
      const isNew = this.#version === 0 || places.filter(Number.isNaN).length > places.length / 2
      const order: Order = { version: ++this.#version, places, edges: this.#edges, heat: isNew ? 1 : WARM }
      this.#worker.postMessage(order, [])
    }
    this.#tell()
    this.#figures.set(() => this.#table())
    this.#draw()
  }

  /** Where the nodes are that were there before; NaN for the others. */
  #placesOf(nodes: readonly OverlayNode[]): Float32Array<ArrayBuffer> {
    const before = new Map(this.#nodes.map(({ id }, i) => [id, i]))
    const places = new Float32Array(Math.min(nodes.length, MAX_NODES) * 2).fill(Number.NaN)
    for (const [i, { id }] of nodes.slice(0, MAX_NODES).entries()) {
      const old = before.get(id)
      if (old !== undefined) places.set(this.#positions.subarray(2 * old, 2 * old + 2), 2 * i)
    }
    return places
  }

  #place({ version, positions, isCold }: Placement): void {
    if (version !== this.#version) return
    this.#isMoving = !isCold
    this.#positions = new Float32Array(positions)
    this.#draw()
  }

  #listen(): void {
    const canvas = this.#canvas
    new ResizeObserver(() => this.#draw()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#colors = readColors()
      this.#draw()
    })
    const choose = ({ offsetX, offsetY }: PointerEvent): void =>
      this.#choose(nodeAt(this.#positions, this.#stand, offsetX, offsetY))
    canvas.addEventListener('pointermove', choose)
    canvas.addEventListener('pointerdown', choose)
    canvas.addEventListener('pointerleave', () => this.#choose(-1))
    canvas.addEventListener('keydown', event => {
      const step = steps.get(event.key)
      const count = this.#nodes.length
      if (event.key === 'Escape') this.#choose(-1)
      if (step === undefined || count === 0) return
      event.preventDefault()
      this.#choose(this.#chosen < 0 ? 0 : (this.#chosen + step + count) % count)
    })
  }

  #choose(node: number): void {
    if (node === this.#chosen) return
    this.#chosen = node
    this.#tell()
    this.#draw()
  }

  #tell(): void {
    const edges = this.#edges
    const node = this.#nodes[this.#chosen]
    if (node === undefined) {
      const count = edges.length / 2
      return setText(this.#caption, `${plural(this.#nodes.length, 'host')}, ${plural(count, 'edge')}`)
    }
    const [out, inward] = degreesOf(edges, this.#nodes.length).map(list => list[this.#chosen]!) as [
      number,
      number
    ]
    const name = node.name === short(node.id) || node.name === node.id ? '' : `${node.name}: `
    setText(this.#caption, plain(`${name}${node.id}, ${kinds[node.kind]}; holds ${out}, held by ${inward}`))
  }

  #table(): readonly (readonly string[])[] {
    const [out, inward] = degreesOf(this.#edges, this.#nodes.length)
    return [
      ['host', 'what it is', 'holds', 'held by'],
      ...this.#nodes.map(({ name, kind }, i) => [plain(name), kinds[kind], String(out[i]), String(inward[i])])
    ]
  }

  /** In the next frame, once. */
  #draw(): void {
    if (this.#isDue) return
    this.#isDue = true
    requestAnimationFrame(() => {
      this.#isDue = false
      this.#paint()
    })
  }

  #paint(): void {
    const canvas = this.#canvas
    const { clientWidth: width, clientHeight: height } = canvas
    const context = canvas.getContext('2d')
    if (context === null || width === 0) return
    const ratio = Math.min(devicePixelRatio, 2)
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio))
      [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)]
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    if (Number.isNaN(this.#positions[0] ?? Number.NaN)) return
    this.#stand = standOf(this.#positions, width, height)
    const picture = {
      nodes: this.#nodes,
      edges: this.#edges,
      positions: this.#positions,
      chosen: this.#chosen,
      isMoving: this.#isMoving
    }
    paint(context, picture, this.#stand, this.#colors)
  }
}

function isSameGraph(
  before: readonly OverlayNode[],
  now: readonly OverlayNode[],
  edgesBefore: Uint32Array,
  edges: Uint32Array
): boolean {
  if (edges.length !== edgesBefore.length || before.length !== Math.min(now.length, MAX_NODES)) return false
  return before.every(({ id }, i) => id === now[i]!.id) && edges.every((end, i) => end === edgesBefore[i])
}

/** How many each node holds, and how many hold it. */
function degreesOf(edges: Uint32Array, count: number): readonly [out: Uint32Array, inward: Uint32Array] {
  const [out, inward] = [new Uint32Array(count), new Uint32Array(count)]
  for (let e = 0; e < edges.length; e += 2) {
    out[edges[e]!]!++
    inward[edges[e + 1]!]!++
  }
  return [out, inward]
}

const steps: ReadonlyMap<string, number> = new Map([
  ['ArrowRight', 1],
  ['ArrowDown', 1],
  ['ArrowLeft', -1],
  ['ArrowUp', -1]
])

/** Its address is a constant; browsers with trusted types want that said. */
function startWorker(): Worker {
  const path = `/assets/worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: object): Policy }
  }
  const policy = trustedTypes?.createPolicy('pex', { createScriptURL: (url: string) => url })
  return new Worker(policy?.createScriptURL(path) ?? path, { type: 'module' })
}

interface Policy {
  createScriptURL(url: string): string
}
