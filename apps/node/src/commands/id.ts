/** `pex id`: who a host is. People get the id alone, so that a script can use it. */
import type { IdAnswer } from '../events.ts'
import { printLine } from '../output.ts'
import { ask } from './ask.ts'
import type { AskOptions } from './ask.ts'

export function id(options: AskOptions): Promise<number> {
  return ask<IdAnswer>(
    options,
    () => [{ ask: 'id' }],
    answer => printLine(answer.id)
  )
}
