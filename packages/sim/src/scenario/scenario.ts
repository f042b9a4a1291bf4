/**
 * Reads scenarios: by name (`partition:500+churn:0.001`), or from what a file holds. Everything that can be wrong with one
 * is said before a simulation starts.
 */
import { PexError } from '@pex/core'
import { isKind, kinds } from './kinds.ts'
import type { Adversary, Condition, KindName, Parameter, Scenario } from './kinds.ts'

/**
 * A scenario as a user writes it: JSON, or the `scenario` (or default) export of a module.
 *
 * ```json
 * { "name": "bad night", "conditions": [{ "kind": "crash", "share": 0.3 }, { "kind": "loss", "share": 0.1, "at": 20 }] }
 * ```
 */
export interface ScenarioFile {
  readonly name: string
  /** @default 'random' */
  readonly start?: 'random' | 'star'
  /** Calm rounds before the event. @default 600 before an attack, 100 before other conditions, 0 from a star or without any */
  readonly warmUp?: number
  /** What happens: a kind, its parameters by name, and `at`, rounds after the event (default 0). */
  readonly conditions?: readonly ConditionFile[]
  /** An adversary of one's own; modules only. */
  readonly adversary?: Adversary
}

export interface ConditionFile {
  readonly kind: KindName
  readonly at?: number
  readonly [parameter: string]: string | number | undefined
}

/** The scenarios that have a name, as one writes them, and what they are. */
export const namedScenarios: readonly { readonly usage: string; readonly about: string }[] = [
  { usage: 'steady', about: 'nothing happens: from random views' },
  { usage: 'star', about: 'everybody knows one node at the start' },
  ...Object.entries(kinds).map(([name, { about, parameters }]) => ({
    usage: name + parameters.map(usageOf).join(''),
    about
  }))
]

function usageOf({ name, otherwise }: Parameter): string {
  return otherwise === undefined ? `:<${name}>` : `[:${name}]`
}

function invalid(message: string): never {
  throw new PexError('PEX_INVALID_PARAMETER', message)
}

/** A scenario by its name. Throws `PEX_INVALID_PARAMETER`, and says what there is, where there is none of that name. */
export function parseScenario(text: string): Scenario {
  return checkScenario(scenarioFile(text))
}

/** What the file of a scenario with a name would hold. */
export function scenarioFile(text: string): ScenarioFile {
  let start: 'random' | 'star' = 'random'
  const conditions: ConditionFile[] = []
  for (const part of text.split('+')) {
    const [name = '', ...values] = part.trim().split(':')
    if (name === 'star') start = 'star'
    else if (isKind(name)) conditions.push(conditionOf(name, values))
    else if (name !== 'steady')
      invalid(
        `there is no scenario ${JSON.stringify(name)}; there are: ${namedScenarios.map(({ usage }) => usage).join(', ')}; join them with +`
      )
    else if (values.length > 0) invalid('steady takes no numbers')
  }
  return { name: text, start, conditions }
}

function conditionOf(kind: KindName, values: readonly string[]): ConditionFile {
  const { parameters } = kinds[kind]
  if (values.length > parameters.length) invalid(`${kind} takes ${parameters.length} numbers at most`)
  const condition: Record<string, number> = {}
  for (const [i, value] of values.entries()) {
    const { name } = parameters[i]!
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) invalid(`${kind}: ${name} must be a number`)
    condition[name] = Number(value)
  }
  return { ...condition, kind }
}

/** Checks what a file holds. Throws `PEX_INVALID_PARAMETER` where it makes no sense. */
export function checkScenario(file: ScenarioFile): Scenario {
  if (typeof file !== 'object' || file === null) invalid('a scenario is an object with a name and conditions')
  for (const key of Object.keys(file))
    if (!['name', 'start', 'warmUp', 'conditions', 'adversary'].includes(key))
      invalid(`a scenario has no ${JSON.stringify(key)}`)
  const { name, start = 'random', adversary } = file
  if (typeof name !== 'string' || name === '') invalid('a scenario needs a name')
  if (start !== 'random' && start !== 'star') invalid('start must be "random" or "star"')
  if (file.conditions !== undefined && !Array.isArray(file.conditions)) invalid('conditions must be a list')
  const conditions = (file.conditions ?? []).map(checkCondition)
  checkTogether(conditions, adversary)
  const hostile = adversary !== undefined || conditions.some(({ kind }) => isHostile(kind))
  const calm = hostile ? 600 : conditions.length > 0 ? 100 : 0
  const { warmUp = start === 'star' ? 0 : calm } = file
  if (!Number.isInteger(warmUp) || warmUp < 0) invalid('warmUp must be an integer of 0 or more')
  return { name, start, warmUp, conditions, ...(adversary === undefined ? {} : { adversary }) }
}

function checkCondition(file: ConditionFile): Condition {
  if (typeof file !== 'object' || file === null) invalid('a condition is an object with a kind')
  const { kind, at = 0, ...given } = file
  if (typeof kind !== 'string' || !isKind(kind))
    invalid(`there is no condition ${JSON.stringify(kind)}; there are: ${Object.keys(kinds).join(', ')}`)
  if (!Number.isInteger(at) || at < 0) invalid(`${kind}: at must be an integer of 0 or more`)
  const { parameters } = kinds[kind]
  for (const key of Object.keys(given))
    if (!parameters.some(({ name }) => name === key)) invalid(`${kind} has no ${JSON.stringify(key)}`)
  const values = Object.fromEntries(
    parameters.map(parameter => [parameter.name, valueOf(kind, parameter, given[parameter.name])])
  )
  return { kind, at, values }
}

function valueOf(kind: string, { name, least, most, integer, otherwise }: Parameter, given: unknown): number {
  const value = given ?? otherwise
  if (value === undefined) invalid(`${kind} needs a ${name}, between ${least} and ${most}`)
  if (typeof value !== 'number' || !(value >= least && value <= most))
    invalid(`${kind}: ${name} must be between ${least} and ${most}`)
  if (integer === true && !Number.isInteger(value)) invalid(`${kind}: ${name} must be an integer`)
  return value
}

/** One split, one adversary and one clock at a time: two would not be told apart in the figures. */
function checkTogether(conditions: readonly Condition[], adversary: Adversary | undefined): void {
  const attacks = conditions.filter(({ kind }) => isHostile(kind)).length + (adversary === undefined ? 0 : 1)
  if (attacks > 1) invalid('a scenario has one adversary at most')
  for (const kind of ['partition', 'latency', 'skew', 'flash'] as const)
    if (conditions.filter(condition => condition.kind === kind).length > 1)
      invalid(`a scenario has one ${kind} at most`)
  if (adversary === undefined) return
  if (!(adversary.share > 0 && adversary.share < 1) || typeof adversary.open !== 'function')
    invalid('an adversary has a share between 0 and 1 and opens to its rules')
}

export function isHostile(kind: KindName): boolean {
  return kinds[kind].hostile === true
}
