import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync
} from 'node:fs'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openIdentity, readIdentity } from '../src/identity.ts'
import { createKeyFile, readKeyFile } from '../src/key-file.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pex-key-'))
  path = join(directory, 'identity.key')
})
afterEach(() => rmSync(directory, { recursive: true }))

const bytes = Uint8Array.from({ length: 68 }, (_, i) => i)

describe('a key file', () => {
  it('is read as it was written', () => {
    expect(createKeyFile(path, bytes)).toEqual(bytes)
    expect(readKeyFile(path)).toEqual(bytes)
  })

  it('is nothing before it is made', () => expect(readKeyFile(path)).toBeUndefined())

  it.each(['000', '022', '077', '777'])('is for its owner alone under umask %s', umask => {
    const before = process.umask(umask)
    try {
      createKeyFile(path, bytes)
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is never replaced: the first of two creations wins, and both hear of it', () => {
    createKeyFile(path, bytes)
    expect(createKeyFile(path, Uint8Array.of(9))).toEqual(bytes)
    expect(readdirSync(directory)).toEqual(['identity.key'])
  })

  it.each([
    ['600', undefined],
    ['400', undefined],
    ['640', 'mode 0640'],
    ['644', 'mode 0644'],
    ['666', 'mode 0666'],
    ['620', 'mode 0620'],
    ['604', 'mode 0604']
  ])('of mode %s is refused where others have a right to it', (mode, why) => {
    createKeyFile(path, bytes)
    chmodSync(path, Number.parseInt(mode, 8))
    if (why === undefined) expect(readKeyFile(path)).toEqual(bytes)
    else {
      expect(() => readKeyFile(path)).toThrow(why)
      expect(() => readKeyFile(path)).toThrow(
        expect.objectContaining({ code: 'PEX_KEY', next: `chmod 600 ${path}` }) as Error
      )
    }
  })

  it('behind a symbolic link is refused', () => {
    createKeyFile(join(directory, 'other'), bytes)
    symlinkSync(join(directory, 'other'), path)
    expect(() => readKeyFile(path)).toThrow('symbolic link')
  })

  it('that is a directory is refused', () => {
    mkdirSync(path)
    expect(() => readKeyFile(path)).toThrow('is not a file')
  })

  it('is whole or not there at all after 200 kills during creations', { timeout: 120_000 }, async () => {
    const script = fileURLToPath(new URL('make-keys.ts', import.meta.url))
    const kill = async (round: number): Promise<void> => {
      const child = spawn(process.execPath, ['--conditions=@pex/source', script, join(directory, `${round}`)])
      const closed = once(child, 'close')
      await once(child.stdout, 'data')
      // At a different moment of a creation each time, without any clock: after so much work of our own.
      for (let i = 0; i < (round * 7) % 40; i++) statSync(directory)
      child.kill('SIGKILL')
      await closed
    }
    for (let round = 0; round < 200; round += 2) await Promise.all([kill(round), kill(round + 1)])
    let whole = 0
    for (const round of readdirSync(directory)) {
      for (const name of readdirSync(join(directory, round))) {
        const made = join(directory, round, name, 'identity.key')
        const found = readKeyFile(made)
        if (found === undefined) continue
        expect(found, made).toEqual(bytes)
        whole++
      }
    }
    expect(whole).toBeGreaterThanOrEqual(200)
  })
})

describe('an identity', () => {
  it('is the same after it has been read again, and needs 68 bytes of libp2p protobuf', async () => {
    const { id } = await openIdentity(path)
    expect(id).toMatch(/^12D3KooW/)
    expect(readIdentity(path)?.id).toBe(id)
    expect((await openIdentity(path)).id).toBe(id)
    expect([...readFileSync(path).subarray(0, 4)]).toEqual([0x08, 0x01, 0x12, 0x40])
    expect(readFileSync(path)).toHaveLength(68)
  })

  it('that others have begun to make at the same time is one and the same', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => openIdentity(path)))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(readdirSync(directory)).toEqual(['identity.key'])
  })

  it('sweeps away what a killed creation has left', async () => {
    await openIdentity(path)
    writeFileSync(`${path}.new-1-2`, '')
    await openIdentity(path)
    expect(readdirSync(directory)).toEqual(['identity.key'])
  })

  it.each([
    ['an empty file', ''],
    ['half a key', Buffer.from([8, 1, 18, 64, 1, 2, 3])],
    ['something else', 'hello, world'],
    ['too much', Buffer.alloc(10_000, 1)]
  ])('cannot be %s', async (_, content) => {
    writeFileSync(path, content, { mode: 0o600 })
    await expect(openIdentity(path)).rejects.toMatchObject({ code: 'PEX_KEY' })
    expect(() => readIdentity(path)).toThrow('is damaged')
  })
})
