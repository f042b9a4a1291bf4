/** How many nodes have each in-degree, against the binomial distribution that a random graph has. */
import { binomialHistogram } from '../metrics/degree.ts'
import type { Result } from '../result.ts'
import { liveAtEnd } from './figures.ts'
import { axes, card, curve, frame, legendOf, px } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { figure, percent, whole } from './numbers.ts'
import { linear } from './scale.ts'
import type { Scale } from './scale.ts'

interface Bin {
  /** In-degrees from `from` up to and without `to`. */
  readonly from: number
  readonly to: number
  /** Share of the live honest nodes, for each run and then for the random graphs. */
  readonly shares: readonly number[]
}

/** As many bars as can be told apart on a phone. */
const maxBins = 64

/** One run as bars, two as outlines; the random graph as a dotted curve, one for each size that there is. */
export function degreePlot(results: readonly Result[], names: readonly string[]): Html {
  const isSame = results.every(({ nodes, view }) => nodes === results[0]!.nodes && view === results[0]!.view)
  const references = isSame ? results.slice(0, 1) : results
  const bins = binsOf(results, references)
  const x = linear([bins[0]!.from, bins.at(-1)!.to], [frame.left, frame.right])
  const highest = bins.reduce((high, { shares }) => Math.max(high, ...shares), 0.01)
  const y = linear([0, highest], [frame.bottom, frame.top], { count: 4, isRound: true })
  const kinds = results.length === 1 ? ['bars'] : ['a', 'b']
  const randomNames = references.map((_, i) => (isSame ? 'random graph' : `random graph as ${names[i]!}`))
  const legend = [
    ...names.map((name, i) => [kinds[i]!, results.length === 1 ? 'this run' : name] as const),
    ...randomNames.map((name, i) => [`random random${i}`, name] as const)
  ]
  return card({
    id: 'in-degree',
    title: 'In-degree',
    subtitle: 'share of nodes that so many others hold',
    description: results
      .map(({ inDegree: { mean, sd, min, max }, reference }, i) => {
        const own = `mean ${figure(mean)}, standard deviation ${figure(sd)}, from ${min} to ${max}`
        return `${names[i]!}: ${own}; a random graph has standard deviation ${figure(reference.inDegreeSd)}.`
      })
      .join(' '),
    legend: legendOf(legend),
    drawing: [
      axes(x, y, 'in-degree', tick => (tick === 0 ? '0' : `${Number((tick * 100).toFixed(2))} %`)),
      results.length === 1 ? bars(bins, x, y) : kinds.map((kind, i) => outline(bins, i, kind, x, y)),
      references.map((_, i) => {
        const at = ({ from, to, shares }: Bin): [number, number] => [
          x.at((from + to) / 2),
          y.at(shares[results.length + i]!)
        ]
        return curve(bins.map(at), `random random${i}`)
      })
    ],
    table: [
      ['in-degree', ...(results.length === 1 ? ['this run'] : names), ...randomNames],
      ...bins.map(bin => [rangeOf(bin), ...bin.shares.map(percent)])
    ]
  })
}

function binsOf(results: readonly Result[], references: readonly Result[]): readonly Bin[] {
  const histograms = results.map(result => result.inDegreeHistogram)
  const longest = Math.max(...histograms.map(each => each.length), ...references.map(({ view }) => view + 1))
  const binomials = references.map(each => binomialHistogram(liveAtEnd(each), each.view, longest + each.view))
  const all = [...histograms, ...binomials].map(sharesOf)
  // What nobody has, and what one in a hundred thousand of a random graph has, is no part of the picture.
  const matters = (i: number): boolean => all.some(shares => (shares[i] ?? 0) > 1e-5)
  const indices = [...Array.from({ length: longest + 1 }).keys()].filter(matters)
  const first = indices[0] ?? 0
  const last = indices.at(-1) ?? 0
  const width = Math.ceil((last - first + 1) / maxBins)
  const bins: Bin[] = []
  for (let from = first; from <= last; from += width) {
    const shares = all.map(each => each.slice(from, from + width).reduce((sum, share) => sum + share, 0))
    bins.push({ from, to: from + width, shares })
  }
  return bins
}

function sharesOf(histogram: readonly number[]): number[] {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  return histogram.map(count => (total === 0 ? 0 : count / total))
}

function bars(bins: readonly Bin[], x: Scale, y: Scale): Html {
  const width = (frame.right - frame.left) / bins.length
  const gap = width > 4 ? 1 : 0
  return html`<g class="bars"
    >${bins.map(bin => {
      const share = bin.shares[0]!
      const top = y.at(share)
      return html`<rect
        x="${px(x.at(bin.from) + gap / 2)}"
        y="${px(top)}"
        width="${px(width - gap)}"
        height="${px(frame.bottom - top)}"
        ><title>in-degree ${rangeOf(bin)}: ${percent(share)}</title></rect
      >`
    })}</g
  >`
}

/** The bars' upper edge alone: two of them can be told apart where they cross. */
function outline(bins: readonly Bin[], run: number, kind: string, x: Scale, y: Scale): Html {
  const points = bins.flatMap(({ from, to, shares }): [number, number][] => [
    [x.at(from), y.at(shares[run]!)],
    [x.at(to), y.at(shares[run]!)]
  ])
  return curve([[x.at(bins[0]!.from), y.at(0)], ...points, [x.at(bins.at(-1)!.to), y.at(0)]], kind)
}

function rangeOf({ from, to }: Bin): string {
  return to === from + 1 ? whole(from) : `${whole(from)} to ${whole(to - 1)}`
}
