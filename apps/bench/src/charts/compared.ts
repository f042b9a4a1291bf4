/** Figures beside their rivals, as bars. */
import type { Figure } from '../figure.ts'
import { number } from '../words.ts'
import { bars } from './bars.ts'
import type { Group } from './bars.ts'

/** All figures that have a rival, each with its own scale; ours come first. */
export function compared(title: string, figures: readonly Figure[]): string {
  const groups = figures.flatMap(({ name, unit, value, rival, others = [] }): Group[] =>
    rival === undefined ? [] : [{ name, unit, bars: [{ name: 'pex', value }, rival, ...others] }]
  )
  return bars(title, groups, number)
}
