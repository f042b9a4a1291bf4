/** A directory for readers that read files; gone with the process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The path of a file in a directory of its own. */
export function scratchFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pex-fuzz-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}
