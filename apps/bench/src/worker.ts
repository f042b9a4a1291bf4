/** The child process: does the one job that its arguments name, hands back what came out, and ends. */
import type { Jobs } from './child.ts'
import { measureDiscovery } from './jobs/discovery.ts'
import { measureMemory } from './jobs/memory.ts'
import { measureSimulation } from './jobs/simulation.ts'

const jobs: { [Name in keyof Jobs]: (job: Jobs[Name]['job']) => Promise<Jobs[Name]['result']> } = {
  discovery: measureDiscovery,
  memory: measureMemory,
  simulation: measureSimulation
}

const [name, job = 'null'] = process.argv.slice(2)
// Only this program's own main process calls it.
const work = jobs[name as keyof Jobs] as (job: unknown) => Promise<unknown>
const result = await work(JSON.parse(job))
process.send?.(result, () => process.exit(0))
