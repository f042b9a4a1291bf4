/** What of a result does not depend on the machine. */
import type { Result } from '../src/index.ts'

export function lasting(result: Result): Result {
  return { ...result, nodeRoundsPerSecond: 0, bytesPerNode: 0 }
}
