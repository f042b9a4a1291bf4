/** Lays graphs out in a thread of its own, so that the page stays fluid. */
import { Layout } from './layout.ts'

/** A graph to lay out; see `Layout.set`. */
export interface Order {
  readonly version: number
  readonly places: Float32Array
  readonly edges: Uint32Array
  readonly heat: number
}

/** Where its nodes are now. */
export interface Placement {
  readonly version: number
  readonly positions: Float32Array
  readonly isCold: boolean
}

/** No page shows more pictures than this in a second. */
const FRAME_MS = 16

const layout = new Layout()
let version = 0
let isRunning = false

function run(): void {
  const begin = performance.now()
  do layout.step()
  while (!layout.isCold && performance.now() - begin < FRAME_MS / 2)
  isRunning = !layout.isCold
  const placement: Placement = { version, positions: layout.positions, isCold: layout.isCold }
  postMessage(placement)
  if (isRunning) setTimeout(run, Math.max(0, FRAME_MS - (performance.now() - begin)))
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  version = data.version
  layout.set(data.places, data.edges, data.heat)
  if (!isRunning) run()
})
