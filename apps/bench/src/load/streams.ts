/** T14: a thousand streams that are slow on purpose, and whether honest exchanges work beside them. */
import { limits } from '@pex/core'
import type { Benchmark, Scale } from '../figure.ts'
import { quantile } from '../measure.ts'
import { callInTurn, passed } from './callers.ts'
import { exchanger } from './honest.ts'
import { Part } from './part.ts'

const sizes: Record<Scale, { readonly ms: number; readonly streams: number }> = {
  full: { ms: 120_000, streams: 1_000 },
  quick: { ms: 40_000, streams: 1_000 },
  tiny: { ms: 2_000, streams: 40 }
}

/** What a host serves at a time, most. */
const SERVED = 64
const CALLERS = 20
const EVERY_MS = 500

export const streams: Benchmark = {
  name: 'load T14',
  question: 'Do streams that are slow on purpose hold a host up?',
  method:
    'A host as `pex start` makes it in a process of its own, TCP on loopback. Another process keeps 1 000 streams open on 125 connections of 25 nodes for two minutes: each promises a question of 1 000 bytes ' +
    'and sends one byte a second; where the host has ended one, the next second opens it anew. Twice a second one of twenty honest callers makes an exchange over the connection that it has. ' +
    'Looked at each half second: streams that are open on the host, and the longest that any has been.',
  async run({ scale, progress }) {
    const { ms, streams: count } = sizes[scale]
    const target = await Part.start('target', { kind: 'host' })
    const { told } = target
    const callers = await Promise.all(
      Array.from({ length: CALLERS }, (_, nth) => exchanger(told, `127.1.0.${nth + 1}`, false))
    )
    progress(`${count} streams are being opened`)
    const trickle = await Part.start('trickle', { ...told, streams: count })
    let [most, isOver] = [0, false]
    const watch = (async () => {
      while (!isOver) {
        await passed(500)
        most = Math.max(most, (await target.look()).streams)
      }
    })()
    const { times, failed, reasons } = await callInTurn(callers, EVERY_MS, ms)
    for (const reason of reasons) progress(`a caller: ${reason}`)
    isOver = true
    await watch
    const slow = await trickle.look()
    await trickle.stop()
    await Promise.all(callers.map(caller => caller.stop().catch(() => {})))
    await target.stop()
    return [
      { name: 'slow streams, all in all', value: slow.opened, unit: 'streams', target: atLeast(count) },
      {
        name: 'the one that lasted longest',
        value: slow.oldest / 1_000,
        unit: 's',
        target: atMost(limits.exchangeMs / 1_000 + 1)
      },
      // What is being refused, and what honest callers have open, at one moment.
      {
        name: 'streams open on the host, most',
        value: most,
        unit: 'streams',
        target: atMost(SERVED + CALLERS)
      },
      { name: 'honest exchanges', value: times.length + failed, unit: 'exchanges' },
      {
        name: 'of these, answered',
        value: (100 * times.length) / (times.length + failed),
        unit: '%',
        target: atLeast(99)
      },
      { name: 'honest exchanges, p50', value: quantile(times, 0.5), unit: 'ms' },
      { name: 'honest exchanges, p99', value: quantile(times, 0.99), unit: 'ms' }
    ]
  }
}

function atMost(value: number): { of: 'value'; bound: 'at most'; value: number } {
  return { of: 'value', bound: 'at most', value }
}

function atLeast(value: number): { of: 'value'; bound: 'at least'; value: number } {
  return { of: 'value', bound: 'at least', value }
}
