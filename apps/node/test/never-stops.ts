/** Is asked to stop, does not, and is asked again: the other half of a test in `start.test.ts`. */
import { untilStopped } from '../src/lifetime.ts'

setInterval(() => {}, 1_000)
const stopped = untilStopped({ abandon: () => process.stdout.write('abandoned\n') })
process.kill(process.pid, 'SIGINT')
process.stdout.write(`${await stopped}\n`)
process.kill(process.pid, 'SIGINT')
