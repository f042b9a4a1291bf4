/** The `pex` command in a process of its own, from its sources. */
import { join } from 'node:path'
import { Program } from './process.ts'
import type { Line } from './process.ts'

const main = join(import.meta.dirname, '..', '..', '..', '..', 'node', 'src', 'main.ts')

/** A line of `--json`, with what any of the commands here may print. */
interface PexLine extends Line {
  readonly id?: string
  readonly addrs?: readonly string[]
  readonly size?: number
  readonly target?: string
  readonly verdict?: string
}

export class Pex extends Program<PexLine> {
  constructor(...args: readonly string[]) {
    super(process.execPath, ['--conditions=@pex/source', main, ...args, '--json'])
  }

  event(name: string): Promise<PexLine> {
    return this.said(({ event }) => event === name)
  }
}
