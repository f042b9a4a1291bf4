/**
 * A soak: real hosts on loopback sockets, some of which are replaced all the time, broadcast to each other for as long as is
 * wished, and are watched.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pass } from 'node:timers/promises'
import { mean } from '../measure.ts'
import { Ledger } from './ledger.ts'
import type { Outcome } from './ledger.ts'
import { plan, slots } from './plan.ts'
import type { Action, Setting, Slot } from './plan.ts'
import { childProcess, inProcess } from './quarters.ts'
import type { Quarters } from './quarters.ts'
import type { Heard, Remains, Sample } from './words.ts'

/** What a lasting process needed at a moment. */
export interface Look {
  readonly process: number
  /** ms after the first broadcast. */
  readonly at: number
  readonly sample: Sample
}

/** One life of a host. */
export interface Guest {
  readonly host: number
  readonly over: Slot['over']
  /** The last eight characters of its id. */
  readonly id: string
  /** When it had started, ms after the first broadcast, and when it was told to stop, or killed. */
  readonly from: number
  readonly to: number | undefined
}

export interface Replaced {
  /** In good order. */
  stopped: number
  /** By kill -9; within one process, by taking its sockets away. */
  killed: number
  /** Of all these, those that came back with their id; the others were followed by somebody new. */
  cameBack: number
}

export interface Result {
  readonly setting: Setting
  readonly outcomes: readonly Outcome[]
  /** Deliveries to hosts that had heard the message before. */
  readonly twice: number
  readonly guests: readonly Guest[]
  readonly replaced: Replaced
  readonly looks: readonly Look[]
  /** Of each process, also of those with one host that was stopped in good order. */
  readonly remains: readonly Remains[]
  /** How late a timer of the main process was at most within each ten seconds, ms: it has little to do, so that is how long the machine let it wait. */
  readonly lags: readonly number[]
  /** Processes that did not end by themselves when all was over. */
  readonly lingering: number
  /** What should not have happened, in words. */
  readonly failures: readonly string[]
}

/** How it is going, from time to time. */
export type Progress = (soaking: {
  readonly at: number
  readonly sent: number
  readonly live: number
  readonly outcomes: readonly Outcome[]
  readonly twice: number
  readonly replaced: Replaced
  /** As in `lags`. */
  readonly lag: number
  /** Of a lasting process, mean, bytes. */
  readonly heap: number
}) => void

/** A slot, and who is there. */
interface Place extends Slot {
  readonly index: number
  quarters: Quarters | undefined
  key: number
  /** Nobody while somebody is replaced. */
  host: number | undefined
  addresses: readonly string[]
}

/** Others that a newcomer is told of. */
const BOOTSTRAPS = 3
const PROGRESS_MS = 10_000
const LOOP_MS = 10

/** Runs a soak; resolves when nothing of it is left. */
export function soak(setting: Setting, progress: Progress = () => {}): Promise<Result> {
  return new Soak(setting, progress).run()
}

class Soak {
  readonly #setting: Setting
  readonly #progress: Progress
  readonly #ledger: Ledger
  readonly #places: readonly Place[]
  readonly #lasting: readonly Quarters[]
  // All of these are bounded by the length of the soak.
  readonly #outcomes: Outcome[] = []
  readonly #looks: Look[] = []
  readonly #guests: Guest[] = []
  readonly #remains: Remains[] = []
  readonly #failures: string[] = []
  readonly #lags: number[] = []
  readonly #underway = new Set<Promise<void>>()
  readonly #replaced: Replaced = { stopped: 0, killed: 0, cameBack: 0 }
  #lingering = 0
  #hosts = 0
  #messages = 0
  #began = 0

  constructor(setting: Setting, progress: Progress) {
    this.#setting = setting
    this.#progress = progress
    this.#ledger = new Ledger(setting.graceMs)
    this.#lasting = Array.from({ length: setting.processes ?? 1 }, () => this.#quarters())
    this.#places = slots(setting).map((slot, index) => ({
      ...slot,
      index,
      quarters: slot.process === undefined ? undefined : this.#lasting[slot.process],
      key: setting.seed * 1_000_000 + index,
      host: undefined,
      addresses: []
    }))
  }

  async run(): Promise<Result> {
    const { settleMs, graceMs } = this.#setting
    const [first, ...others] = this.#places
    await this.#occupy(first!)
    // One after another they would take long, all at once they would not know enough others.
    for (let i = 0; i < others.length; i += 4)
      await Promise.all(others.slice(i, i + 4).map(place => this.#occupy(place)))
    await pass(settleMs)
    this.#began = Date.now()
    const watching = new AbortController()
    const watch = Promise.all([this.#watch(watching.signal), this.#report(watching.signal)])
    for (const action of plan(this.#setting)) {
      await pass(Math.max(0, this.#began + action.at - Date.now()))
      this.#track(this.#act(action))
    }
    await pass(Math.max(0, this.#began + this.#setting.ms - Date.now()))
    watching.abort()
    await watch
    while (this.#underway.size > 0) await Promise.all(this.#underway)
    // Nobody comes or goes any more: once everybody has heard everything, the rest of the grace time changes nothing.
    for (const end = Date.now() + graceMs; Date.now() < end && !this.#ledger.isQuiet;) await pass(100)
    this.#settle(Infinity)
    await this.#end()
    return {
      setting: this.#setting,
      outcomes: this.#outcomes,
      twice: this.#ledger.twice,
      guests: this.#guests.map(({ from, to, ...guest }) => ({
        ...guest,
        from: from - this.#began,
        to: to && to - this.#began
      })),
      replaced: this.#replaced,
      looks: this.#looks,
      remains: this.#remains,
      lags: this.#lags,
      lingering: this.#lingering,
      failures: this.#failures
    }
  }

  #quarters(): Quarters {
    const heard = ({ message, host, at }: Heard): void => this.#ledger.heard(message, host, at)
    if (this.#setting.processes === undefined) return inProcess(heard)
    return childProcess(heard, why => this.#failures.push(why))
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => void this.#failures.push(String(error)))
      .finally(() => this.#underway.delete(tracked))
    this.#underway.add(tracked)
  }

  /** Starts a host in a place. */
  async #occupy(place: Place, chance?: Action['rng']): Promise<void> {
    const { over, key } = place
    const host = this.#hosts++
    const quarters = (place.quarters ??= this.#quarters())
    const near = this.#places.filter(
      other => other.host !== undefined && (over === 'both' || other.over === 'both' || other.over === over)
    )
    const bootstrap = drawn(near, BOOTSTRAPS, chance).flatMap(({ addresses }) => addresses)
    place.addresses = await quarters.start({ host, key, over, bootstrap })
    place.host = host
    const from = Date.now()
    this.#ledger.started(host, from)
    this.#guests[host] = { host, over, id: place.addresses[0]?.slice(-8) ?? '', from, to: undefined }
  }

  async #act(action: Action): Promise<void> {
    const live = this.#places.filter(({ host }) => host !== undefined)
    const place = action.type === 'send' || !action.kill ? live : live.filter(place => this.#isMortal(place))
    const [chosen] = drawn(place, 1, action.rng)
    if (chosen === undefined) return
    if (action.type === 'send') await this.#send(chosen)
    else await this.#replace(chosen, action)
  }

  /** Whether a host can be killed without others. */
  #isMortal({ process }: Place): boolean {
    return process === undefined || this.#setting.processes === undefined
  }

  async #send({ host, quarters }: Place): Promise<void> {
    const message = this.#messages++
    this.#ledger.sent(message, host!, Date.now())
    await quarters!.broadcast(host!, message).catch(() => {
      // Killed in the meantime: its death has been told by whoever killed it, or will be by its process.
    })
  }

  async #replace(place: Place, { kill, comesBack, rng }: Action & { type: 'replace' }): Promise<void> {
    const host = place.host!
    place.host = undefined
    const to = Date.now()
    this.#ledger.ended(host, to)
    this.#guests[host] = { ...this.#guests[host]!, to }
    if (kill) await place.quarters!.kill(host)
    else await this.#vacate(place, host)
    if (place.process === undefined) place.quarters = undefined
    this.#replaced[kill ? 'killed' : 'stopped']++
    if (comesBack) this.#replaced.cameBack++
    else place.key += 1_000
    await this.#occupy(place, rng)
  }

  async #vacate({ process, quarters }: Place, host: number): Promise<void> {
    if (process !== undefined) await quarters!.stop(host)
    else await this.#close(quarters!)
  }

  /** Ends a process in good order. */
  async #close(quarters: Quarters): Promise<void> {
    this.#remains.push(await quarters.close())
    if (!(await quarters.end())) this.#lingering++
  }

  /** Looks at the lasting processes, one after another, again and again. */
  async #watch(signal: AbortSignal): Promise<void> {
    for (let i = 0; !signal.aborted; i++) {
      for (const [process, quarters] of this.#lasting.entries()) {
        const sample = await quarters
          .sample(i % this.#setting.trimEvery === 0)
          .catch((error: unknown) => void this.#failures.push(String(error)))
        if (sample) this.#looks.push({ process, at: Date.now() - this.#began, sample })
      }
      await pass(this.#setting.sampleMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Times of outcomes are from the first broadcast on. */
  #settle(now: number = Date.now()): void {
    for (const outcome of this.#ledger.settle(now))
      this.#outcomes.push({ ...outcome, at: outcome.at - this.#began })
  }

  async #report(signal: AbortSignal): Promise<void> {
    const loop = monitorEventLoopDelay({ resolution: LOOP_MS })
    loop.enable()
    while (!signal.aborted) {
      await pass(Math.min(PROGRESS_MS, this.#setting.ms / 2), undefined, { signal }).catch(() => {})
      this.#settle()
      this.#lags.push(Math.max(0, loop.max / 1e6 - LOOP_MS))
      loop.reset()
      this.#progress({
        at: Date.now() - this.#began,
        sent: this.#messages,
        live: this.#places.filter(({ host }) => host !== undefined).length,
        outcomes: this.#outcomes,
        twice: this.#ledger.twice,
        replaced: this.#replaced,
        lag: this.#lags.at(-1)!,
        heap: mean(this.#looks.slice(-this.#lasting.length).map(({ sample }) => sample.heap))
      })
    }
    loop.disable()
  }

  async #end(): Promise<void> {
    // Those that died unasked have been told of.
    const all = new Set([...this.#places.flatMap(({ quarters }) => quarters ?? []), ...this.#lasting])
    for (const place of this.#places) if (place.host !== undefined) this.#ledger.ended(place.host, Date.now())
    await Promise.all(
      [...all].map(quarters =>
        this.#close(quarters).catch(async (error: unknown) => {
          this.#failures.push(String(error))
          await quarters.end()
        })
      )
    )
  }
}

/** So many of them by chance, or the last ones without it. */
function drawn<T>(from: readonly T[], count: number, rng?: Action['rng']): readonly T[] {
  if (rng === undefined) return from.slice(-count)
  const rest = [...from]
  const chosen: T[] = []
  while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(rng() % rest.length, 1))
  return chosen
}
