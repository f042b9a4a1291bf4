/** A lab of one's own: sends it trials, ends it where one hangs, and starts another. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Outcome, Trial } from './lab.ts'
import { MUTATION, root } from './mutation.ts'

type Said = { readonly ready: true } | { readonly outcome: Outcome } | { readonly fault: string }

export class Laboratory {
  /** Where the mutation of the moment stands. */
  readonly #file: string
  #lab: ChildProcess | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** Runs a trial; `hung` where it took longer than `ms`. */
  async run(trial: Trial, ms: number): Promise<Outcome | 'hung'> {
    const lab = this.#lab ?? (await this.#start())
    const said = this.#hear(lab, ms)
    lab.send(trial)
    const answer = await said
    if (answer === 'hung') return answer
    if ('outcome' in answer) return answer.outcome
    const broken = 'fault' in answer ? answer.fault : 'the lab has started anew'
    return { red: [], where: undefined, ran: 0, broken, applied: false }
  }

  /** Ends the lab and all that it has started. */
  end(): void {
    const lab = this.#lab
    this.#lab = undefined
    if (lab?.pid === undefined) return
    lab.removeAllListeners()
    try {
      // It leads a group of its own, so that workers which hang go with it.
      process.kill(-lab.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  async #start(): Promise<ChildProcess> {
    const lab = fork(join(import.meta.dirname, 'lab.ts'), {
      cwd: root,
      detached: true,
      execArgv: ['--conditions=@pex/source'],
      // As if nobody ran tests above it.
      env: { ...plain(process.env), [MUTATION]: this.#file },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc']
    })
    this.#lab = lab
    if ((await this.#hear(lab, 120_000)) === 'hung') throw new Error('the lab does not start')
    return lab
  }

  #hear(lab: ChildProcess, ms: number): Promise<Said | 'hung'> {
    return new Promise(resolve => {
      const done = (said: Said | 'hung'): void => {
        clearTimeout(timer)
        lab.off('message', hear).off('exit', gone)
        if (said === 'hung' || 'fault' in said) this.end()
        resolve(said)
      }
      const hear = (said: unknown): void => done(said as Said)
      const gone = (): void => done({ fault: 'the lab has ended' })
      const timer = setTimeout(() => done('hung'), ms)
      lab.on('message', hear).on('exit', gone)
    })
  }
}

function plain(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(VITEST|VITE_|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name))
  )
}
