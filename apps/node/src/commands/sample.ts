/** `pex sample`: some peers at random, each as likely as the others, one line each: ready to be dialled. */
import { limits } from '@pex/core'
import type { SampleAnswer } from '../events.ts'
import { Failure, oneLine } from '../failure.ts'
import { printLine } from '../output.ts'
import { ask } from './ask.ts'
import type { AskOptions } from './ask.ts'

export interface SampleOptions extends AskOptions {
  readonly count: string
}

export function sample(options: SampleOptions): Promise<number> {
  const count = Number(options.count)
  if (!/^\d+$/.test(options.count) || count < 1 || count > limits.maxViewSize) {
    const message = `--count "${oneLine(options.count)}" is not a number of peers`
    throw new Failure('PEX_USAGE', message, `a whole number from 1 to ${limits.maxViewSize}`)
  }
  return ask<SampleAnswer>(
    options,
    settings => settings.namespace.map(namespace => ({ ask: 'sample', namespace, count })),
    ({ peers }) => {
      for (const { id, addrs } of peers) printLine(addrs[0] === undefined ? id : `${addrs[0]}/p2p/${id}`)
    }
  )
}
