/** One run: everything that happens in it follows from its seed. */
import { calm } from './kit/faults.ts'
import { finish } from './kit/finish.ts'
import type { History } from './kit/history.ts'
import { SwarmCarrier } from './kit/swarm-carrier.ts'
import { SwitchWorld } from './kit/switch-world.ts'
import { World } from './kit/world.ts'
import type { Carrying, WorldOptions } from './kit/world.ts'

/** What runs: hosts on the network in memory itself, hosts on connections that the swarm has to dial, or CometBFT's nodes. */
export const worlds = ['hosts', 'swarm', 'switches'] as const
export type WorldName = (typeof worlds)[number]

export interface RunOptions extends WorldOptions {
  /** @default by the seed: of four two are of hosts, one of a swarm, one of switches */
  readonly world?: WorldName | undefined
}

const carrying: Readonly<Record<Exclude<WorldName, 'switches'>, Carrying>> = {
  hosts: memory => memory,
  swarm: (...parts) => new SwarmCarrier(...parts)
}

export interface Outcome {
  readonly seed: number
  readonly world: WorldName
  /** Of everything that happened. */
  readonly hash: string
  /** Lines of history. */
  readonly events: number
  /** Rounds until the network was whole again. */
  readonly rounds: number | undefined
  /** The kind of each fault. */
  readonly faults: readonly string[]
  readonly adversaries: readonly string[]
  /** What must not be and was, and what happened just before; nothing where all was well. */
  readonly failure: string | undefined
}

/** What of a run is worth telling, however it ends. */
interface Told {
  readonly history: History
  readonly faults: readonly string[]
  readonly adversaries: readonly string[]
  /** Resolves to the rounds until the network was whole again. */
  readonly work: () => Promise<number>
}

export async function run(options: RunOptions): Promise<Outcome> {
  const { seed, world = worldOf(seed) } = options
  const rejections: unknown[] = []
  const onRejection = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', onRejection)
  const { history, faults, adversaries, work } = await open(options, world)
  let failure: Error | undefined
  let rounds: number | undefined
  try {
    rounds = await work()
    if (rejections.length > 0) throw new Error('a rejection that nobody handles', { cause: rejections[0] })
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  } finally {
    process.off('unhandledRejection', onRejection)
  }
  const { hash, count: events, tail } = history
  return { seed, world, hash, events, rounds, faults, adversaries, failure: failure && told(failure, tail) }
}

export function worldOf(seed: number): WorldName {
  return (['hosts', 'switches', 'hosts', 'swarm'] as const)[seed % 4]!
}

async function open(options: RunOptions, name: WorldName): Promise<Told> {
  const { seed, hosts = 12, onLine } = options
  if (name === 'switches') {
    const world = new SwitchWorld(seed, hosts, onLine)
    const { history, plan } = world
    const adversaries = Array.from({ length: plan.hostile }, () => 'nonsense')
    return {
      history,
      faults: plan.faults.map(({ fault }) => fault.kind),
      adversaries,
      work: () => world.run()
    }
  }
  const world = await World.open(options, carrying[name])
  const { history, plan } = world
  const work = async (): Promise<number> => {
    await world.pass(plan.stormMs)
    calm(world, hosts)
    return finish(world)
  }
  return { history, faults: plan.faults.map(({ fault }) => fault.kind), adversaries: plan.adversaries, work }
}

function told(error: Error, tail: readonly string[]): string {
  const cause = error.cause instanceof Error ? `\n  ${error.cause.stack}` : ''
  const where = error.name === 'Fault' ? '' : `\n  ${error.stack}`
  return `${error.message}${where}${cause}\n  ${tail.join('\n  ')}`
}
