/** One run: everything that happens in it follows from its seed. */
import { calm } from './kit/faults.ts'
import { finish } from './kit/finish.ts'
import { World } from './kit/world.ts'
import type { WorldOptions } from './kit/world.ts'

export interface Outcome {
  readonly seed: number
  /** Of everything that happened. */
  readonly hash: string
  /** Lines of history. */
  readonly events: number
  /** Rounds until the network was whole again. */
  readonly rounds: number | undefined
  readonly faults: number
  readonly adversaries: readonly string[]
  /** What must not be and was, and what happened just before; nothing where all was well. */
  readonly failure: string | undefined
}

export async function run(options: WorldOptions): Promise<Outcome> {
  const rejections: unknown[] = []
  const onRejection = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', onRejection)
  const world = await World.open(options)
  let failure: Error | undefined
  let rounds: number | undefined
  try {
    await world.pass(world.plan.stormMs)
    calm(world, options.hosts ?? 12)
    rounds = await finish(world)
    if (rejections.length > 0) throw new Error('a rejection that nobody handles', { cause: rejections[0] })
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  } finally {
    process.off('unhandledRejection', onRejection)
  }
  const { history, plan } = world
  return {
    seed: options.seed,
    hash: history.hash,
    events: history.count,
    rounds,
    faults: plan.faults.length,
    adversaries: plan.adversaries,
    failure: failure && told(failure, history.tail)
  }
}

function told(error: Error, tail: readonly string[]): string {
  const cause = error.cause === undefined ? '' : `\n  ${error.cause instanceof Error ? error.cause.stack : String(error.cause)}`
  const where = error.name === 'Fault' ? '' : `\n  ${error.stack}`
  return `${error.message}${where}${cause}\n  ${tail.join('\n  ')}`
}
