/**
 * One run of a simulation: the warm-up, the event, the rounds after it, and what they come to.
 */
import { PexError, limits, policies } from '@pex/core'
import type { SamplingInit } from '@pex/core'
import {
  clustering,
  components,
  crossHolders,
  firstPartition,
  graphOf,
  inDegreeHistogram,
  inDegreeOf,
  keptShare,
  linkFigures,
  paths,
  randomReference
} from '../metrics/index.ts'
import { bufferBytes, now } from '../platform.ts'
import type { Result } from '../result.ts'
import type { Scenario } from '../scenario/kinds.ts'
import { checkScenario, parseScenario } from '../scenario/scenario.ts'
import type { ScenarioFile } from '../scenario/scenario.ts'
import type { Snapshot } from '../snapshot.ts'
import { Camera, hashOf } from './camera.ts'
import { Conditions, roomFor, splitOf, takesTime } from './conditions.ts'
import { Delayed } from './delayed.ts'
import type { Driver } from './driver.ts'
import { Immediate } from './immediate.ts'
import { Network } from './network.ts'
import { Recorder } from './recorder.ts'
import { seededRng } from './rng.ts'

export interface SimulationOptions {
  /** A name from core's `policies`, or a policy of one's own (which does not travel to worker threads). */
  readonly policy: string | SamplingInit['policy']
  /** Nodes at the start, from 2 to 2,000,000. */
  readonly nodes: number
  /** c, from 1 to `limits.maxViewSize`. @default limits.viewSize */
  readonly viewSize?: number
  /** Records in a message, the own one included, from 2 to `limits.maxRecords`. @default what suits the policy */
  readonly exchangeSize?: number
  /** Rounds after the event; longer where a split needs it: until its halves are mixed again, or 30 rounds after it. */
  readonly rounds: number
  /** A safe integer. Equal seeds give equal runs, on every machine. */
  readonly seed: number
  /** A scenario's name, or what a scenario file holds. */
  readonly scenario: string | ScenarioFile
}

export interface SimulationHooks {
  /** Rounds that are over, the warm-up's too, and all there will be. */
  onProgress?(done: number, total: number): void
}

/** Most rows that one run may take. */
const maxRows = 8_000_000

/** After a split, mixed means so large a share of links across the former border. */
const mixedShare = 0.45
const remixRounds = 30

/** Rounds over which turnover is measured. */
const turnoverRounds = 10

/** Runs a simulation. Throws `PEX_INVALID_PARAMETER` for options that make no sense. */
export function simulate(options: SimulationOptions, hooks: SimulationHooks = {}): Result {
  const scenario =
    typeof options.scenario === 'string' ? parseScenario(options.scenario) : checkScenario(options.scenario)
  return new Run(options, scenario, hooks).result()
}

/** A policy, by its name perhaps. Throws `PEX_INVALID_PARAMETER` where there is none of that name. */
export function policyOf(policy: SimulationOptions['policy']): SamplingInit['policy'] {
  if (typeof policy !== 'string') return policy
  const make = Object.hasOwn(policies, policy) ? policies[policy] : undefined
  if (make === undefined)
    invalid(`there is no policy ${JSON.stringify(policy)}; there are: ${Object.keys(policies).join(', ')}`)
  return make()
}

function invalid(message: string): never {
  throw new PexError('PEX_INVALID_PARAMETER', message)
}

function check(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most)
    invalid(`${name} must be an integer between ${least} and ${most}`)
  return value
}

class Run {
  readonly #options: SimulationOptions
  readonly #scenario: Scenario
  readonly #hooks: SimulationHooks
  readonly #policy: SamplingInit['policy']
  readonly #network: Network
  readonly #driver: Driver
  readonly #conditions: Conditions
  readonly #camera: Camera
  readonly #recorder: Recorder
  readonly #split: { begins: number; ends: number } | undefined
  readonly #bytes: number
  #milliseconds = 0
  #nodeRounds = 0
  #kept = 1
  #crossLinks: number | undefined
  #crossHolders: number | undefined
  #remixedAfter: number | null = null

  constructor(options: SimulationOptions, scenario: Scenario, hooks: SimulationHooks) {
    this.#options = options
    this.#scenario = scenario
    this.#hooks = hooks
    this.#policy = policyOf(options.policy)
    const nodes = check('nodes', options.nodes, 2, 2_000_000)
    const rounds = check('rounds', options.rounds, 1, 1_000_000)
    const seed = check('seed', options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    const viewSize = check('viewSize', options.viewSize ?? limits.viewSize, 1, limits.maxViewSize)
    const exchangeSize = check(
      'exchangeSize',
      options.exchangeSize ?? this.#policy.exchangeSize ?? limits.exchangeSize,
      2,
      limits.maxRecords
    )
    this.#split = splitOf(scenario)
    const { rows, strangers } = roomFor(scenario, nodes, this.#mostRounds(rounds))
    if (rows + strangers > maxRows)
      invalid(`over all rounds this needs ${rows + strangers} nodes; there is room for ${maxRows}`)
    const before = bufferBytes()
    this.#network = new Network({
      policy: this.#policy,
      nodes,
      rows,
      strangers,
      viewSize,
      exchangeSize,
      seed
    })
    this.#bytes = Math.max(0, bufferBytes() - before) / rows
    this.#driver = takesTime(scenario) ? new Delayed(this.#network) : new Immediate(this.#network)
    this.#network.driver = this.#driver
    this.#conditions = new Conditions(this.#network, scenario)
    this.#camera = new Camera(this.#network)
    this.#recorder = new Recorder(this.#network, this.#camera)
  }

  #mostRounds(rounds: number): number {
    return this.#split === undefined ? rounds : Math.max(rounds, this.#split.ends + remixRounds)
  }

  result(): Result {
    const { rounds } = this.#options
    const { start, warmUp } = this.#scenario
    if (start === 'star') this.#network.startStar()
    else this.#network.startRandom()
    let last = this.#mostRounds(rounds)
    for (let round = -warmUp; round < 0; round++) this.#play(round, last)
    let before: Snapshot | undefined
    for (let round = 1; round <= last; round++) {
      if (round - 1 === Math.max(0, rounds - turnoverRounds)) before = this.#camera.keep()
      this.#conditions.step(round)
      const isLast = round === last
      const figures = this.#play(round, last)
      if (this.#split !== undefined) this.#watchSplit(this.#split, round, figures?.crossLinks)
      if (round === rounds) this.#kept = keptShare(before!, this.#camera.take())
      // Once mixed again, a run that only goes on for that is over.
      if (this.#remixedAfter !== null && round >= rounds && !isLast) last = round
    }
    return this.#conclude()
  }

  #play(round: number, last: number): { readonly crossLinks: number } | undefined {
    const before = now()
    this.#driver.play()
    this.#milliseconds += now() - before
    this.#nodeRounds += this.#network.liveCount
    const ends = this.#split?.ends ?? Infinity
    const isWatched = round === last || (round >= ends && round <= ends + remixRounds)
    const figures = this.#recorder.record(round, isWatched)
    const { warmUp } = this.#scenario
    // There is no round 0: the event lies between -1 and 1.
    this.#hooks.onProgress?.(warmUp + (round < 0 ? round + 1 : round), warmUp + last)
    return figures
  }

  #watchSplit({ ends }: { ends: number }, round: number, crossLinks: number | undefined): void {
    if (round === ends) {
      const snapshot = this.#camera.take()
      this.#crossLinks = linkFigures(snapshot).crossLinks
      this.#crossHolders = crossHolders(snapshot)
    } else if (
      round > ends &&
      this.#remixedAfter === null &&
      crossLinks !== undefined &&
      crossLinks > mixedShare
    )
      this.#remixedAfter = round - ends
  }

  #conclude(): Result {
    const { nodes, rounds, seed } = this.#options
    const snapshot = this.#camera.take()
    const histogram = inDegreeHistogram(snapshot)
    const graph = graphOf(snapshot)
    const rng = seededRng(seed, 3)
    const links = linkFigures(snapshot)
    const { share } = components(snapshot)
    return {
      policy: this.#policy.name,
      nodes,
      view: this.#network.viewSize,
      rounds,
      seed,
      scenario: this.#scenario.name,
      inDegree: inDegreeOf(histogram),
      inDegreeHistogram: histogram,
      clustering: clustering(graph, rng),
      pathLength: paths(graph, rng).mean,
      largestComponent: share,
      firstPartition: firstPartition(graph, rng),
      deadLinks: links.deadLinks,
      attackerShare: links.attackerShare,
      eclipsed: links.eclipsed,
      kept10: this.#kept,
      crossLinks: this.#crossLinks ?? links.crossLinks,
      crossHolders: this.#crossHolders ?? crossHolders(snapshot),
      remixedAfter: this.#remixedAfter,
      victimShare: this.#scenario.conditions.some(({ kind }) => kind === 'eclipse')
        ? this.#recorder.victimShare
        : null,
      ...this.#recorder.totals,
      stateHash: hashOf(snapshot),
      reference: randomReference(links.live, this.#network.viewSize, rng),
      series: this.#recorder.series,
      nodeRoundsPerSecond: Math.round((this.#nodeRounds * 1_000) / Math.max(this.#milliseconds, 0.001)),
      bytesPerNode: Math.round(this.#bytes)
    }
  }
}
