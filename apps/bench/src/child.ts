/**
 * Jobs that need a process of their own: heap and traffic are measured where nothing else has been.
 */
import { fork } from 'node:child_process'
import { extname, join } from 'node:path'
import type { DiscoveryJob, DiscoveryResult } from './jobs/discovery.ts'
import type { MemoryJob, MemoryResult } from './jobs/memory.ts'
import type { SimulationJob, SimulationResult } from './jobs/simulation.ts'

/** What a worker can do, by name: what it is given and what it gives back. Both travel as JSON. */
export interface Jobs {
  discovery: { job: DiscoveryJob; result: DiscoveryResult }
  memory: { job: MemoryJob; result: MemoryResult }
  simulation: { job: SimulationJob; result: SimulationResult }
}

/** Does a job in a child process. Fails where the child fails; what it says on stderr is passed on. */
export function inChild<Name extends keyof Jobs>(
  name: Name,
  job: Jobs[Name]['job']
): Promise<Jobs[Name]['result']> {
  const worker = join(import.meta.dirname, `worker${extname(import.meta.filename)}`)
  const child = fork(worker, [name, JSON.stringify(job)], {
    execArgv: ['--conditions=@pex/source', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  return new Promise((resolve, reject) => {
    let result: Jobs[Name]['result'] | undefined
    child.on('message', message => (result = message as Jobs[Name]['result']))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (result === undefined)
        reject(new Error(`the process for ${name} ended with ${signal ?? `status ${code}`} and no result`))
      else resolve(result)
    })
  })
}
