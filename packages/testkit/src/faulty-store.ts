/**
 * A store whose world goes wrong on purpose: wraps any store so that chosen calls fail, before or after they took effect,
 * or come back late in the clock's time.
 */
import { PexError } from '@pex/core'
import type { Clock, Loaded, Store, StoreDiff } from '@pex/core'

/** One call to the store, as the plan sees it. */
export interface StoreCall {
  readonly method: 'open' | 'load' | 'save' | 'close'
  /** 1 for the first call of any method, 2 for the second, and so on. */
  readonly n: number
}

export interface StoreFault {
  /** How long the call waits before it does anything, ms of the clock. */
  readonly delayMs?: number
  /** `before`: the call fails and nothing has happened. `after`: it has happened, and the call fails all the same. */
  readonly fail?: 'before' | 'after'
  /** What it fails with; a `PEX_STORE_FAILED` where it is left out. */
  readonly error?: Error
}

/** Says what goes wrong with a call; nothing where it returns nothing. */
export type FaultPlan = (call: StoreCall) => StoreFault | undefined

export interface FaultyStore extends Store {
  /** How many calls there have been, of all methods. */
  readonly calls: number
}

/** The plan in which the nth call (counted from 1; of one method, or of all) meets the fault, and no other does. */
export function nthCall(n: number, fault: StoreFault, method?: StoreCall['method']): FaultPlan {
  let met = 0
  return call => {
    if (method === undefined || call.method === method) met++
    else return undefined
    return met === n ? fault : undefined
  }
}

/** Wraps a store so that its calls go as the plan says. A plan with delays needs the clock, virtual or real. */
export function faultyStore(store: Store, plan: FaultPlan, clock?: Pick<Clock, 'after'>): FaultyStore {
  let calls = 0
  const through = async <T>(method: StoreCall['method'], call: () => Promise<T>): Promise<T> => {
    const n = ++calls
    const fault = plan({ method, n }) ?? {}
    if (fault.delayMs !== undefined) {
      if (clock === undefined) throw new TypeError('a plan with delays needs a clock')
      await new Promise<void>(resolve => clock.after(fault.delayMs!, resolve))
    }
    const error = fault.error ?? new PexError('PEX_STORE_FAILED', `call ${n} (${method}) was told to fail`)
    if (fault.fail === 'before') throw error
    const result = await call()
    if (fault.fail === 'after') throw error
    return result
  }
  return {
    get calls(): number {
      return calls
    },
    open: (): Promise<void> => through('open', () => store.open()),
    load: (namespace: string): Promise<Loaded> => through('load', () => store.load(namespace)),
    save: (namespace: string, diff: StoreDiff): Promise<void> =>
      through('save', () => store.save(namespace, diff)),
    close: (): Promise<void> => through('close', () => store.close())
  }
}
