/** A disk without room: a bound on the size of files, and where one may mount, a file system of 3 MB. */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { levelStore } from '@pex/store-level'
import { describe, expect, it } from 'vitest'
import { run } from './child-process.ts'
import { timeoutFor } from './counts.ts'
import { inDirectory } from './place.ts'

/** Runs what follows with a file system of 3 MB over a directory, which nobody else sees and which goes with the process. */
const onSmallDisk = (path: string, command: string): string =>
  `exec unshare -m bash -c 'mount -t tmpfs -o size=3m pex-test ${path} && ${command}' bash "$@"`
const canMount =
  process.platform === 'linux' && spawnSync('bash', ['-c', onSmallDisk('/mnt', 'true')]).status === 0
const skipped = canMount ? '' : ' (skipped: no right to mount)'

describe.runIf(process.platform !== 'win32')('files that cannot grow', () => {
  it(
    'fail the save that met it; loads go on, later saves succeed, and all that was acknowledged is there',
    async () =>
      inDirectory(async directory => {
        // The shell bounds the size of every file, so that LevelDB's log ends in the middle of a record.
        const lines = await run(['fillUp', directory], { shell: 'ulimit -S -f 200' })
        expect(lines).toMatchObject([
          { failed: 'PEX_STORE_FAILED' },
          { loaded: lines[0]!['saved'] },
          { saved: (lines[0]!['saved'] as number) + 1, recoveries: [] },
          { signal: 'SIGKILL', errors: '' }
        ])
        const store = levelStore(directory)
        await store.open()
        const { entries, damaged } = await store.load('/a')
        expect([entries.size, damaged]).toEqual([lines[2]!['saved'], 0])
        expect((await store.load('/b')).entries.size).toBe(1)
        await store.close()
      }),
    timeoutFor(1, 10_000)
  )
})

describe.runIf(canMount)(`a disk of 3 MB${skipped}`, () => {
  it(
    'that is full fails saves and opening; with room again, all that was acknowledged is there, and saves succeed',
    async () =>
      inDirectory(async directory => {
        const disk = join(directory, 'disk')
        await mkdir(disk)
        const shell = onSmallDisk(disk, 'exec "$@"')
        const lines = await run(['fullDisk', join(disk, 'store')], { shell })
        const saved = lines[0]!['saved'] as number
        expect(saved).toBeGreaterThan(500)
        expect(lines).toMatchObject([
          { failed: 'PEX_STORE_FAILED', again: 'PEX_STORE_FAILED', loaded: saved },
          { reopened: 'PEX_STORE_FAILED', waits: ['PEX_STORE_FAILED', 'PEX_STORE_FAILED', null] },
          { found: saved, damaged: 0, wrong: 0, recoveries: [] },
          { end: saved + 1 },
          { code: 0, errors: '' }
        ])
      }),
    timeoutFor(1, 30_000)
  )
})
