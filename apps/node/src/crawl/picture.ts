/**
 * The picture of a network: who has answered stands in the middle, larger the more others name it and coloured by its version;
 * whom others only speak of is dust around it.
 */
import { isAuthenticated, namedByCounts } from '@pex/cometbft'
import type { CrawlMap, MappedNode, Tally } from '@pex/cometbft'
import { html } from '@pex/sim/report'
import type { Html } from '@pex/sim/report'
import { layout, ring } from './layout.ts'
import type { Point } from './layout.ts'

/** Side of the drawing, and how far from its middle the nodes and the dust stand. */
const SIDE = 1_000
const NODES = 395
const DUST_FROM = 0.87
const DUST_TO = 492
/** What a browser draws without effort. */
const MOST_NODES = 3_000
const MOST_DUST = 4_000
const MOST_LINKS = 8_000
/** Links of a node that are drawn: a graph with all of them is a ball of wool. */
const LINKS_EACH = 5
/** Versions with a colour of their own. */
export const COLOURS = 6

/** A name of the node's circle on the page. */
export function anchorOf(index: number): string {
  return `n${index}`
}

/** The class that gives a version its colour. */
export function colourOf(versions: Tally, version: string): string {
  const rank = versions.findIndex(([name]) => name === version)
  return rank >= 0 && rank < COLOURS ? `v${rank}` : 'vx'
}

/** The nodes that are drawn, the most named first. */
export function drawn(map: CrawlMap): readonly number[] {
  const named = namedByCounts(map)
  return [...map.nodes.keys()]
    .filter(i => isAuthenticated(map.nodes[i]!))
    .toSorted((a, b) => named[b]! - named[a]! || a - b)
    .slice(0, MOST_NODES)
}

export function picture(map: CrawlMap, versions: Tally): Html {
  const { nodes } = map
  const named = namedByCounts(map)
  const shown = drawn(map)
  const most = shown.reduce((high, i) => Math.max(high, named[i]!), 1)
  // Many are drawn smaller: they share one circle.
  const scale = Math.max(0.4, Math.min(1, Math.sqrt(500 / Math.max(1, shown.length))))
  const links = linksOf(nodes, shown)
  const points = layout(shown.length, links).map(({ x, y }) => place(x * NODES, y * NODES))
  const dust = nodes.filter(node => !isAuthenticated(node)).slice(0, MOST_DUST)
  const around = ring(dust.length, DUST_FROM).map(({ x, y }) => place(x * DUST_TO, y * DUST_TO))
  const summary = `${shown.length} nodes that have answered, linked to those that they name, and ${dust.length} that have not.`
  return html`<svg viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-labelledby="picture-title" class="network">
    <title id="picture-title">${summary}</title>
    ${dustOf(dust, around)}
    <path
      class="links ${links.length > 2_000 ? 'many' : links.length < 200 ? 'few' : ''}"
      d="${links.map(([a, b]) => line(points[a]!, points[b]!)).join('')}"
    />
    <g>
      ${shown.map((index, i) => {
        const node = nodes[index]!
        const { x, y } = points[i]!
        const radius = tenth((3.2 + 8 * Math.sqrt(named[index]! / most)) * scale)
        const kind = `${colourOf(versions, node.about!.version || 'not told')}${node.isSeed ? ' seed' : ''}`
        return html`<circle id="${anchorOf(index)}" class="${kind}" cx="${x}" cy="${y}" r="${radius}"
          ><title>${tooltip(node, named[index]!)}</title></circle
        >`
      })}
    </g>
  </svg>`
}

/** Whom nobody has met: one path for each kind, since there may be thousands. */
function dustOf(dust: readonly MappedNode[], points: readonly Point[]): Html {
  const kinds = new Map<string, string[]>()
  for (const [i, { verdict }] of dust.entries()) {
    const kind =
      verdict === undefined || verdict === 'skipped' ? 'unseen' : verdict === 'wrong-chain' ? 'other' : 'gone'
    const { x, y } = points[i]!
    kinds.set(kind, [...(kinds.get(kind) ?? []), `M${x} ${y}h0`])
  }
  return html`${[...kinds].map(([kind, parts]) => html`<path class="dust ${kind}" d="${parts.join('')}" />`)}`
}

/** Links between the nodes that are drawn: who found it, and a few of those that it names. Each once. */
function linksOf(
  nodes: readonly MappedNode[],
  shown: readonly number[]
): readonly (readonly [number, number])[] {
  const places = new Map(shown.map((index, i) => [index, i]))
  const seen = new Set<number>()
  const links: [number, number][] = []
  const add = (a: number, other: number | undefined): boolean => {
    const b = other === undefined ? undefined : places.get(other)
    if (b === undefined || a === b || links.length >= MOST_LINKS) return false
    const key = Math.min(a, b) * MOST_NODES + Math.max(a, b)
    if (seen.has(key)) return false
    seen.add(key)
    links.push([a, b])
    return true
  }
  for (const [i, index] of shown.entries()) add(i, nodes[index]!.foundBy)
  const each = Math.min(LINKS_EACH, Math.max(1, Math.floor(MOST_LINKS / Math.max(1, shown.length)) - 1))
  for (const [i, index] of shown.entries()) {
    let count = 0
    for (const other of nodes[index]!.names) if (count < each && add(i, other)) count++
  }
  return links
}

function tooltip({ about, addresses, latencyMs, id }: MappedNode, named: number): string {
  const [{ ip, port } = { ip: '', port: 0 }] = addresses
  const time = latencyMs === undefined ? [] : [`${latencyMs} ms`]
  const parts = [about!.moniker, about!.version, `${ip}:${port}`, ...time, `named by ${named}`, id]
  return parts.filter(part => part !== '').join(' · ')
}

function place(x: number, y: number): Point {
  return { x: tenth(SIDE / 2 + x), y: tenth(SIDE / 2 + y) }
}

function line(a: Point, b: Point): string {
  return `M${a.x} ${a.y}L${b.x} ${b.y}`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
