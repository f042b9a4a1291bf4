/** When a survey asks, and how large a share of the network: steps of a question and a wait for its answers. */
import { between } from '@pex/core'
import type { Rng } from '@pex/core'
import { bounds } from '../bounds.ts'

export interface SurveyStep {
  /** Who is asked: see `isNear`. */
  readonly distance: number
  readonly waitMs: number
}

/** Everybody is asked, twice, for a datagram may be lost. */
export function plainSteps(): readonly SurveyStep[] {
  const distance = 255
  return [
    { distance, waitMs: bounds.surveyRepeatMs },
    { distance, waitMs: bounds.surveyWaitMs }
  ]
}

/** How a gradual survey widens. */
export interface GradualInit {
  /** Distance of the first question. @default 24 */
  readonly first?: number
  /** What each question adds to it; each 1 doubles those who are asked. @default 2 */
  readonly step?: number
  /** The first wait, ms. @default 5 000 */
  readonly minMs?: number
  /** Growth of the waits. @default 1.5 */
  readonly factor?: number
  /** The longest wait, ms. @default 90 000 */
  readonly maxMs?: number
}

/** A growing share is asked, with growing waits (drawn between half and all of them), until everybody has been. */
export function* gradualSteps(rng: Rng, init: GradualInit = {}): Generator<SurveyStep> {
  const { first = bounds.gradualFirst, step = bounds.gradualStep } = init
  const { minMs = bounds.gradualMinMs, factor = bounds.gradualFactor, maxMs = bounds.gradualMaxMs } = init
  let waitMs = minMs
  for (let distance = first; ; distance += step) {
    const all = distance >= bounds.maxDistance
    yield { distance: all ? bounds.maxDistance : distance, waitMs: between(rng, waitMs / 2, waitMs) }
    if (all) return
    waitMs = Math.min(waitMs * factor, maxMs)
  }
}
