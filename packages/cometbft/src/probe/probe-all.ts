/** Probes many nodes, so many at once, and few at one host and in one network. */
import { abortError, PexError } from '@pex/core'
import { nodeKey } from '@pex/mconnection'
import { addressOf, probeOne } from './probe.ts'
import type { ProbeInit } from './probe.ts'
import { Slots } from './slots.ts'
import type { Verdict } from './verdict.ts'

export interface ProbeAllInit extends ProbeInit {
  /** Probes at once. @default 32; guess: two hundred dead targets then take 20 s */
  readonly concurrency?: number | undefined
  /** Of those, to one IP address: each to another node. @default 4; guess: some hosts have a node of each of many chains */
  readonly perHost?: number | undefined
  /** Of those, to one /24 of IPv4 or /48 of IPv6. @default 8; guess */
  readonly perNetwork?: number | undefined
}

/** A target with a chain of its own. */
export interface ProbeTarget {
  /** `id@host:port` */
  readonly target: string
  /** @default `chainId` of the init */
  readonly chainId?: string | undefined
}

/**
 * The verdicts in the order in which they are found, one for each target; a node that is named twice is visited once. No new
 * probe begins while a verdict waits to be taken. Ends early, without a failure, when the signal is aborted or the iteration
 * is left. Fails with `PEX_INVALID_PARAMETER`.
 */
export async function* probeAll(
  targets: Iterable<string | ProbeTarget>,
  init: ProbeAllInit
): AsyncGenerator<Verdict, void, void> {
  const { concurrency = 32, perHost = 4, perNetwork = 8, signal, key = nodeKey() } = init
  for (const [name, value] of Object.entries({ concurrency, perHost, perNetwork })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} is a whole number above 0, not ${value}`)
  }
  const slots = new Slots({ perHost, perNetwork })
  const stopped = new AbortController()
  const stop = (): void => stopped.abort(abortError(signal!))
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  const one = { ...init, key, signal: stopped.signal }
  const rest = unique(targets)[Symbol.iterator]()
  /** Bounded by `concurrency`. */
  const running = new Map<number, Promise<readonly [number, Verdict]>>()
  let started = 0
  const start = (): boolean => {
    const next = rest.next()
    if (next.done === true) return false
    const number = started++
    const { target, chainId = init.chainId } = next.value
    const work = probeOne(target, { ...one, chainId }, (place, until) => slots.enter(place, until))
    const numbered = work.then(verdict => [number, verdict] as const)
    // When the iteration is left, nobody waits for it any more.
    numbered.catch(() => {})
    running.set(number, numbered)
    return true
  }
  try {
    while (!stopped.signal.aborted) {
      while (running.size < concurrency && start());
      if (running.size === 0) return
      const [number, verdict] = await Promise.race(running.values())
      running.delete(number)
      yield verdict
    }
  } catch (error) {
    if (!stopped.signal.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    stopped.abort(new PexError('PEX_ABORTED', 'the iteration has been left'))
    await Promise.allSettled(running.values())
  }
}

/** Each node once, however it is written. */
function* unique(targets: Iterable<string | ProbeTarget>): Generator<ProbeTarget, void, void> {
  /** Bounded by the list, which the caller chooses. */
  const seen = new Set<string>()
  for (const each of targets) {
    const one = typeof each === 'string' ? { target: each } : each
    const address = addressOf(one.target)
    const name = typeof address === 'string' ? one.target : `${address.id}@${address.host}:${address.port}`
    if (seen.has(name)) continue
    seen.add(name)
    yield one
  }
}
