/**
 * What a benchmark gives: figures, each beside what it is measured against. A verdict is arithmetic, never an opinion.
 */

/** How large a run: `full` is what is published, `quick` gives an idea, `tiny` only shows that the benchmark works. */
export type Scale = 'full' | 'quick' | 'tiny'

/** What the figure, or its ratio to the rival's, has to be. */
export interface Target {
  readonly of: 'value' | 'ratio'
  readonly bound: 'at most' | 'at least'
  readonly value: number
}

export interface Rival {
  readonly name: string
  readonly value: number
}

export interface Figure {
  /** What has been measured, within its benchmark. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The rival, measured in the same run and in the same unit. */
  readonly rival?: Rival | undefined
  /** Further ones, which the ratio is not of. */
  readonly others?: readonly Rival[] | undefined
  /** Nothing where the figure only tells. */
  readonly target?: Target | undefined
}

export interface Circumstances {
  readonly scale: Scale
  /** Hears what a long benchmark is doing. */
  readonly progress: (message: string) => void
}

export interface Benchmark {
  /** As in `--only`. */
  readonly name: string
  /** The question that it answers. */
  readonly question: string
  /** How it is measured, against what, and what is counted. */
  readonly method: string
  run(circumstances: Circumstances): Promise<readonly Figure[]>
  /** The figures as drawings: SVG files by the end of their names, which begin with the name of the benchmark. */
  readonly charts?: (figures: readonly Figure[]) => Readonly<Record<string, string>>
}

/** The figure as a multiple of its rival's; nothing where there is no rival. */
export function ratioOf({ value, rival }: Figure): number | undefined {
  return rival === undefined ? undefined : value / rival.value
}

/** Whether the figure holds its target; nothing where it has none. What is no number never holds. */
export function verdictOf(figure: Figure): 'ok' | 'miss' | undefined {
  const { target } = figure
  if (target === undefined) return undefined
  const judged = target.of === 'value' ? figure.value : (ratioOf(figure) ?? NaN)
  const holds = target.bound === 'at most' ? judged <= target.value : judged >= target.value
  return holds ? 'ok' : 'miss'
}
