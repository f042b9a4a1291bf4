/**
 * For `node --import`: ends the process with SIGABRT whenever a database is opened that holds the table named by the
 * environment variable ABORT_ON, as LevelDB does on some damage.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Level } from 'level'

const { open } = Level.prototype
const table = process.env['ABORT_ON'] ?? ''

Level.prototype.open = function (this: Level, options: { errorIfExists?: boolean } = {}) {
  // That option only asks for the lock, and LevelDB then looks at nothing.
  if (options.errorIfExists !== true && table !== '' && existsSync(join(this.location, table)))
    process.abort()
  return open.call(this, options)
} as typeof open
