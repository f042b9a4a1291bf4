/**
 * What is simulated: the policies by name, and `balanced` with one of its rules changed, to see what the rule is for.
 */
import { balanced, policies } from '@pex/core'
import type { BalancedOptions, Policy } from '@pex/core'

/** Those that docs/policies.md compares, in its order. */
export const compared = [
  'balanced',
  'trusted',
  'open',
  'casm',
  'healer-swapper',
  'cyclon',
  'brahms',
  'basalt'
] as const

/** Of these several seeds are run; one shows enough of the others. */
export const ours = 'balanced'

const changes: Readonly<Record<string, BalancedOptions>> = {
  'wary off': { wary: false },
  'slots 0': { slots: 0 },
  'trusted 0': { trusted: 0 },
  'swap 1': { swap: 1 },
  'swap 3': { swap: 3 },
  'swap 8': { swap: 8 },
  'pings 1': { pings: 1 },
  'pings 3': { pings: 3 },
  'answers 255': { answers: 255 }
}

/** `balanced` with one rule changed, by the name of the change. */
export const variants: readonly string[] = Object.keys(changes)

export function isVariant(name: string): boolean {
  return Object.hasOwn(changes, name)
}

export function policyOf(name: string): Policy {
  return isVariant(name) ? { ...balanced(changes[name]), name } : policies[name]!()
}
