/**
 * The scenes of the conformance kit: what a network lives through, and the figures that come of it. Every scene but that of
 * newcomers begins with a network that has grown by random contacts and had time to settle.
 */
import {
  binomialSd,
  clustering,
  components,
  crossHolders,
  degreeMemory,
  graphOf,
  inDegree,
  inDegrees,
  keptShare,
  linkFigures,
  paths,
  randomReference,
  streamQuality
} from '@pex/sim/metrics'
import type { Snapshot } from '@pex/sim'
import type { FigureName, SceneName } from './conformance-marks.ts'
import { Scene } from './conformance-scene.ts'
import type { Sampler } from './conformance-sampler.ts'

export interface Scale {
  /** Nodes of the network; fewer where a scene says so. */
  readonly nodes: number
  readonly seed: number
}

export type Figures = Partial<Record<FigureName, number>>

/** Rounds in which a network settles before anything is measured. */
const settling = 100

async function settled(sampler: Sampler, room: number, { nodes, seed }: Scale): Promise<Scene> {
  const scene = new Scene(sampler, room, seed)
  scene.join(nodes)
  await scene.play(settling)
  return scene
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** In-degree sd as a multiple of the random graph's. */
function spread(snapshot: Snapshot, nodes: number): number {
  return inDegree(snapshot).sd / binomialSd(nodes, Math.min(snapshot.viewSize, nodes - 1))
}

function filled({ nodes, viewSize, sizes, states }: Snapshot): number {
  const live = states.filter(one => one === 1).length
  let places = 0
  for (let node = 0; node < nodes; node++) places += sizes[node]!
  return places / (live * Math.min(viewSize, live - 1))
}

/** Rounds over which in-degrees are followed, and how often the whole network is looked at. */
const watched = 120
const every = 10

async function calm(sampler: Sampler, scale: Scale): Promise<Figures> {
  const { nodes } = scale
  const scene = await settled(sampler, nodes, scale)
  const shots: Snapshot[] = [scene.snapshot()]
  const followed = Array.from({ length: Math.min(50, nodes) }, () => new Uint32Array(watched))
  await scene.play(watched, round => {
    const snapshot = scene.snapshot()
    const degrees = inDegrees(snapshot)
    for (const [node, row] of followed.entries()) row[round - 1] = degrees[node]!
    if (round % every === 0) shots.push(snapshot)
  })
  const graphs = shots.map(graphOf)
  const random = randomReference(nodes, Math.min(sampler.viewSize, nodes - 1), scene.rng)
  return {
    faults: scene.faults,
    fill: mean(shots.map(filled)),
    inDegreeSd: mean(shots.map(shot => spread(shot, nodes))),
    forgotten: Math.max(...shots.map(shot => inDegree(shot).zero)),
    clustering: mean(graphs.map(graph => clustering(graph, scene.rng))) / random.clustering,
    pathLength: mean(graphs.map(graph => paths(graph, scene.rng).mean)) / random.pathLength,
    outside: Math.max(...shots.map(shot => components(shot).outside)),
    kept10: mean(shots.slice(1).map((shot, i) => keptShare(shots[i]!, shot))),
    degreeLag: degreeMemory(followed, watched / 2).firstInside ?? Infinity
  }
}

async function star(sampler: Sampler, { nodes, seed }: Scale): Promise<Figures> {
  const scene = new Scene(sampler, nodes, seed)
  scene.joinStar(nodes)
  await scene.play(20)
  const starHub = inDegrees(scene.snapshot())[0]! / sampler.viewSize
  await scene.play(40)
  return { starHub, starSd: spread(scene.snapshot(), nodes) }
}

async function crash(sampler: Sampler, scale: Scale): Promise<Figures> {
  const scene = await settled(sampler, scale.nodes, scale)
  scene.kill(Math.floor(scale.nodes / 2))
  await scene.play(50)
  const snapshot = scene.snapshot()
  return { crashDeadLinks: linkFigures(snapshot).deadLinks, crashOutside: components(snapshot).outside }
}

async function churn(sampler: Sampler, scale: Scale): Promise<Figures> {
  const rounds = 100
  const { nodes } = scale
  const replaced = Math.max(1, Math.round(nodes / 100))
  const scene = await settled(sampler, nodes + rounds * replaced, scale)
  const dead: number[] = []
  const outside: number[] = []
  for (let round = 1; round <= rounds; round++) {
    scene.kill(replaced)
    scene.join(replaced)
    await scene.play(1)
    if (round <= rounds / 2 || round % every > 0) continue
    const snapshot = scene.snapshot()
    dead.push(linkFigures(snapshot).deadLinks)
    outside.push(components(snapshot).outside / nodes)
  }
  return { churnDeadLinks: mean(dead), churnOutside: Math.max(...outside) }
}

async function few(sampler: Sampler, { seed }: Scale): Promise<Figures> {
  let fewDeadLinks = 0
  let fewOutside = 0
  for (const nodes of [3, 10, 33]) {
    for (let life = 0; life < 5; life++) {
      const scene = await settled(sampler, nodes, { nodes, seed: seed + life })
      scene.kill(Math.floor(nodes / 2))
      await scene.play(50)
      const snapshot = scene.snapshot()
      fewDeadLinks = Math.max(fewDeadLinks, linkFigures(snapshot).deadLinks)
      fewOutside = Math.max(fewOutside, components(snapshot).outside)
    }
  }
  return { fewDeadLinks, fewOutside }
}

/** Nodes that draw, and their draws: enough for a bias of a tenth to show. */
const drawers = 25
const draws = 1_000

/** In a third of the nodes, so that each comes often enough to be counted. */
async function stream(sampler: Sampler, scale: Scale): Promise<Figures> {
  const nodes = Math.max(drawers, Math.floor(scale.nodes / 3))
  const scene = await settled(sampler, nodes, { ...scale, nodes })
  const streams = Array.from({ length: drawers }, (_, node) => ({ node, draws: [] as number[] }))
  await scene.play(draws, () => {
    for (const { node, draws } of streams) {
      const drawn = scene.network.draw!(node)
      if (drawn !== undefined) draws.push(drawn)
    }
  })
  const quality = streamQuality(streams, nodes, [1])
  return {
    streamChiSquare: quality.chiSquare,
    streamPooled: quality.pooled,
    streamRepeat: quality.repeats.get(1) ?? Infinity
  }
}

async function partition(sampler: Sampler, scale: Scale): Promise<Figures> {
  const scene = await settled(sampler, scale.nodes, scale)
  scene.network.split!(true)
  await scene.play(200)
  const held = crossHolders(scene.snapshot())
  scene.network.split!(false)
  let remixedAfter = Infinity
  await scene.play(40, round => {
    if (remixedAfter === Infinity && linkFigures(scene.snapshot()).crossLinks > 0.45) remixedAfter = round
  })
  return { crossHolders: held, remixedAfter }
}

async function hub(sampler: Sampler, scale: Scale): Promise<Figures> {
  const scene = await settled(sampler, scale.nodes, scale)
  scene.turn(Math.round(scale.nodes / 10))
  let eclipsed = 0
  await scene.play(200, () => {
    eclipsed = Math.max(eclipsed, linkFigures(scene.snapshot()).eclipsed)
  })
  return { eclipsed, attackerShare: linkFigures(scene.snapshot()).attackerShare }
}

/** What plays in each scene. */
export const scenes: Readonly<Record<SceneName, (sampler: Sampler, scale: Scale) => Promise<Figures>>> = {
  calm,
  star,
  crash,
  churn,
  few,
  stream,
  partition,
  hub
}
