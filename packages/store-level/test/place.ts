import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'

/** A directory for one test, removed after it. */
export async function inDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'pex-store-'))
  try {
    await test(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Opens LevelDB below the store, as only a test of damage may. */
export async function below(
  location: string,
  use: (db: Level<string, Uint8Array>) => Promise<void>
): Promise<void> {
  const db = new Level<string, Uint8Array>(location, { valueEncoding: 'view' })
  await db.open()
  try {
    await use(db)
  } finally {
    await db.close()
  }
}

/** The files of a database of one kind: `ldb`, `log`, … */
export async function filesOf(location: string, kind: RegExp): Promise<string[]> {
  return (await readdir(location)).filter(name => kind.test(name)).map(name => join(location, name))
}
