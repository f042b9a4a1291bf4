/** A soak as curves: memory of each lasting process, and how long broadcasts took. */
import { svg } from '../charts/lines.ts'
import type { Axis, Line } from '../charts/lines.ts'
import { steps } from '../charts/ticks.ts'
import { quantile } from '../measure.ts'
import { series } from './figures.ts'
import type { Result } from './soak.ts'

type Drawn = Pick<Result, 'setting' | 'looks' | 'outcomes'>

const MIB = 2 ** 20
const MINUTE = 60_000

/** Files by name. */
export function charts(result: Drawn): Readonly<Record<'soak-memory' | 'soak-delivery', string>> {
  return { 'soak-memory': memory(result), 'soak-delivery': delivery(result) }
}

function memory(result: Drawn): string {
  const curves = (what: string, value: (sample: { rss: number; heap: number }) => number): Line[] =>
    series(result, ({ sample }) => value(sample) / MIB, 0).map((points, process) => ({
      name: `${what}, process ${process + 1}`,
      points: points.map(([hours, mib]) => [hours * 60, mib])
    }))
  const lines = [...curves('objects', ({ heap }) => heap), ...curves('resident', ({ rss }) => rss)]
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(point => point[1])))
  return svg({
    title: 'Memory of the processes that last, MiB',
    x: minutes(result),
    y: { name: 'MiB', ticks: steps(most) },
    lines
  })
}

function delivery(result: Drawn): string {
  const judged = result.outcomes.filter(({ isJudged, last }) => isJudged && last !== undefined)
  const line = (name: string, value: (outcome: (typeof judged)[number]) => number): Line => ({
    name,
    points: judged.map(outcome => [outcome.at / MINUTE, Math.max(1, value(outcome))])
  })
  const lines = [line('last host', ({ last }) => last!), line('median host', ({ median }) => median!)]
  const most = Math.max(100, ...judged.map(({ last }) => last!))
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) + 1 }, (_, power) => 10 ** power)
  const typical = quantile(
    judged.map(({ last }) => last!),
    0.5
  )
  return svg({
    title: `Time from a broadcast to the hosts that had to hear it (last one: p50 ${Math.round(typical)} ms)`,
    x: minutes(result),
    y: {
      // The title says what it is, and the ticks need the room.
      name: '',
      ticks: powers,
      write: ms => (ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`),
      isLogarithmic: true
    },
    lines
  })
}

function minutes({ setting }: Drawn): Axis {
  return { name: 'minutes', ticks: steps(setting.ms / MINUTE) }
}
