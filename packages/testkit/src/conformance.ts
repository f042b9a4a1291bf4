/**
 * Statistical conformance of peer samplers: whether what a sampler gives is as good as a random sample, with everybody as
 * well known as everybody else, whatever the network lives through. The same scenes and pass marks for every
 * implementation, behind an adapter of a few lines.
 */
import { holds, passMarks } from './conformance-marks.ts'
import type { FigureName, PassMark, SceneName } from './conformance-marks.ts'
import type { Sampler } from './conformance-sampler.ts'
import { scenes } from './conformance-scenes.ts'
import type { Figures } from './conformance-scenes.ts'
import type { Runner } from './runner.ts'

export { passMarks } from './conformance-marks.ts'
export type { FigureName, PassMark, SceneName } from './conformance-marks.ts'
export { policySampler } from './conformance-sampler.ts'
export type { PolicySamplerOptions, Sampler, SamplerNetwork } from './conformance-sampler.ts'

export interface ConformanceOptions {
  /** Nodes of the network, at least 4 c so that the random graph means something. @default 300 */
  readonly nodes?: number
  /** @default 1 */
  readonly seed?: number
  /** Pass marks of one's own, by figure. */
  readonly marks?: Partial<Record<FigureName, number>>
  /** Figures that are not judged. */
  readonly without?: readonly FigureName[]
  /** How long one scene may take, ms. @default 60,000 */
  readonly timeoutMs?: number
}

/** One figure and what became of it. */
export interface Judgement extends PassMark {
  readonly figure: FigureName
  readonly value: number
  readonly holds: boolean
}

type Judged = readonly (readonly [figure: FigureName, mark: PassMark])[]

/** What is judged: all but what is left out, and what the sampler has no means for. */
function judged(sampler: Sampler, { marks = {}, without = [] }: ConformanceOptions): Judged {
  const { draw, split, turn } = sampler.create(2, 1)
  const means: Partial<Record<SceneName, unknown>> = { stream: draw, partition: split, hub: turn }
  return (Object.entries(passMarks) as [FigureName, PassMark][])
    .filter(
      ([figure, { scene }]) => !without.includes(figure) && !(scene in means && means[scene] === undefined)
    )
    .map(([figure, mark]) => [figure, { ...mark, mark: marks[figure] ?? mark.mark }])
}

function play(
  sampler: Sampler,
  scene: SceneName,
  { nodes = 300, seed = 1 }: ConformanceOptions
): Promise<Figures> {
  return scenes[scene](sampler, { nodes, seed })
}

/** Plays all scenes and judges every figure: for tables, and to learn where a sampler stands. */
export async function judge(sampler: Sampler, options: ConformanceOptions = {}): Promise<Judgement[]> {
  const all = judged(sampler, options)
  const figures: Figures = {}
  for (const scene of new Set(all.map(([, mark]) => mark.scene)))
    Object.assign(figures, await play(sampler, scene, options))
  return all.map(([figure, mark]) => {
    const value = figures[figure]!
    return { ...mark, figure, value, holds: holds(mark, value) }
  })
}

/** Declares a test for every claim with the runner. Each scene is played once, by the first of its claims. */
export function conformanceSuite(runner: Runner, sampler: Sampler, options: ConformanceOptions = {}): void {
  const all = judged(sampler, options)
  const { timeoutMs = 60_000 } = options
  runner.describe(`the conformance of a peer sampler: ${sampler.name}`, () => {
    for (const scene of new Set(all.map(([, mark]) => mark.scene))) {
      let played: Promise<Figures> | undefined
      for (const [figure, mark] of all.filter(([, mark]) => mark.scene === scene))
        runner.it(
          mark.claim,
          async () => {
            played ??= play(sampler, scene, options)
            const value = (await played)[figure]!
            const { bound } = mark
            const message = `${figure} is ${value}; ${bound} ${mark.mark} passes (seed ${options.seed ?? 1})`
            if (bound === 'at most') runner.expect(value, message).toBeLessThanOrEqual(mark.mark)
            else runner.expect(value, message).toBeGreaterThanOrEqual(mark.mark)
          },
          timeoutMs
        )
    }
  })
}
