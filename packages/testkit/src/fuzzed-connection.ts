/**
 * A stream whose world goes wrong by chance: CometBFT's `FuzzedConnection` in the clock's time. In mode `drop` a write
 * may be lost though it seems to succeed, a read may give nothing for once, the connection may close, or the call may come
 * late; in mode `delay` every call comes late.
 */
import { chance } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import type { Duplex } from '@pex/mconnection'

export interface FuzzOptions {
  readonly clock: Clock
  readonly rng: Rng
  /** @default 'drop' */
  readonly mode?: 'drop' | 'delay' | undefined
  /** Longest delay, ms. @default 3 000 */
  readonly maxDelayMs?: number | undefined
  /** Chance of a read or write to be dropped, in mode `drop`. @default 0.2 */
  readonly dropRw?: number | undefined
  /** Chance of a read or write to close the connection, in mode `drop`. @default 0 */
  readonly dropConnection?: number | undefined
  /** Chance of a read or write to come late, in mode `drop`. @default 0 */
  readonly sleep?: number | undefined
  /** Everything goes well for so long, ms: a handshake has to be over before the fuzz begins. @default 0 */
  readonly afterMs?: number | undefined
}

/** The stream with faults. Defaults are CometBFT's. */
export function fuzzedConnection(duplex: Duplex, options: FuzzOptions): Duplex {
  const { clock } = options
  const begin = clock.now() + (options.afterMs ?? 0)
  /** Whether the call is to be dropped; comes late where it is to. */
  const fuzz = async (): Promise<boolean> => {
    if (clock.now() < begin) return false
    const fault = drawFault(options)
    if (fault === 'close') duplex.abort()
    if (fault !== 'delay') return fault !== undefined
    const { rng, maxDelayMs = 3_000 } = options
    await new Promise<void>(resolve => clock.after(Math.floor((rng() / 2 ** 32) * maxDelayMs), resolve))
    return false
  }
  return {
    source: read(duplex, fuzz),
    async write(chunk) {
      if (!(await fuzz())) await duplex.write(chunk)
    },
    close: () => duplex.close(),
    abort: reason => duplex.abort(reason)
  }
}

function drawFault({
  rng,
  mode,
  dropRw,
  dropConnection,
  sleep
}: FuzzOptions): 'drop' | 'close' | 'delay' | undefined {
  if (mode === 'delay') return 'delay'
  if (chance(rng, dropRw ?? 0.2)) return 'drop'
  // Of what is left, so that the three chances add up as they are given.
  const left = 1 - (dropRw ?? 0.2)
  if (chance(rng, (dropConnection ?? 0) / left)) return 'close'
  return chance(rng, (sleep ?? 0) / (left - (dropConnection ?? 0))) ? 'delay' : undefined
}

/** A read that is dropped gives an empty chunk, as Go's gives no bytes: what was to be read comes with the next one. */
async function* read(duplex: Duplex, fuzz: () => Promise<boolean>): AsyncGenerator<Uint8Array, void, void> {
  const chunks = duplex.source[Symbol.asyncIterator]()
  for (;;) {
    if (await fuzz()) {
      yield new Uint8Array()
      continue
    }
    const result = await chunks.next()
    if (result.done === true) return
    yield result.value
  }
}
