/** A child process with hosts: does what the main process asks, and ends by itself when that has gone and nothing is left to do. */
import { Household } from './household.ts'
import type { Ask, Tell } from './words.ts'

const tell = (message: Tell): void => {
  // Without the main process there is nobody to tell; it may go while it is being told.
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

const household = new Household(heard => tell({ heard }))

process.on('message', ({ id, deed, args }: Ask) => {
  const work = household[deed] as (...args: readonly unknown[]) => Promise<unknown>
  work.apply(household, [...args]).then(
    result => tell({ id, result }),
    (error: unknown) =>
      tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  )
})

// Should the main process have died, nobody else ends the hosts.
process.on('disconnect', () => void household.leave())
