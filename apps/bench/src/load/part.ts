/** A part of a load in a process of its own: what it tells when it is ready, what it answers when it is asked, and its end. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'
import type { Roles } from './program.ts'

/** Ends by itself when its parent has gone. */
export class Part<Role extends keyof Roles> {
  readonly told: Roles[Role]['told']
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, told: Roles[Role]['told']) {
    this.#child = child
    this.told = told
  }

  /** Fails where the process ends before it is ready; what it says on stderr is passed on. */
  static async start<Role extends keyof Roles>(role: Role, job: Roles[Role]['job']): Promise<Part<Role>> {
    const program = join(import.meta.dirname, `program${extname(import.meta.filename)}`)
    const child = fork(program, [role, JSON.stringify(job)], {
      execArgv: ['--conditions=@pex/source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    })
    return new Part<Role>(child, (await next(child, role)) as Roles[Role]['told'])
  }

  /** How it is now. */
  async look(): Promise<Roles[Role]['look']> {
    this.#child.send('look')
    return (await next(this.#child, 'a part')) as Roles[Role]['look']
  }

  async stop(): Promise<void> {
    const gone = new Promise(resolve => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** The child's next message. */
function next(child: ChildProcess, role: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null): void =>
      reject(new Error(`the process of ${role} has ended with ${signal ?? `status ${code}`}`))
    child.once('close', ended)
    child.once('message', message => {
      child.off('close', ended)
      resolve(message)
    })
  })
}
