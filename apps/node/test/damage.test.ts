/** A store that has rotted while the host was away: it starts, says what it has dropped, and fills up again. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { createSigner } from '@pex/record'
import { levelStore } from '@pex/store-level'
import { describe, expect, it } from 'vitest'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

const entries = 100

/** A data directory whose store holds so many peers, of which nobody is there any more; some of them are damaged. */
async function rottenStore(damaged: number): Promise<string> {
  const data = temporaryDirectory()
  const store = levelStore(join(data, 'store'))
  await store.open()
  const put = new Map<string, Uint8Array>()
  for (let i = 0; i < entries; i++) {
    const record = await createSigner(await generateKeyPair('Ed25519')).sign(['/ip4/127.0.0.1/tcp/1'], 1n)
    // As the service stores it: in the view (1), hop 1, age 1, then the envelope.
    const value = Uint8Array.of(1, 0, 1, 0, 0, 0, 1, ...record.envelope)
    if (i < damaged) value[value.length - 1 - (i % 60)]! ^= 1 << (i % 8)
    put.set(record.id, value)
  }
  await store.save('pex', { put, remove: new Set() })
  await store.close()
  return data
}

describe('a store of which a part is damaged', () => {
  it.each([1, 50, 100])(
    '%d of 100 entries: the host starts, says what it dropped, and refills',
    { timeout: 60_000 },
    async percent => {
      const friend = new TestHost(temporaryDirectory())
      const { id, address } = await friend.listening()
      const data = await rottenStore(percent)
      const host = new TestHost(data, ['--bootstrap', address])
      const { id: own } = await host.listening()
      expect(await host.event('store')).toMatchObject({
        problem: 'damaged',
        namespace: 'pex',
        dropped: percent,
        kept: entries - percent
      })
      await host.knows([id])
      await friend.knows([own])
      host.kill('SIGTERM')
      expect((await host.ended).code).toBe(0)

      const again = new TestHost(data)
      await again.knows([id])
      expect(again.lines.filter(line => line['event'] === 'store')).toEqual([])
    }
  )
})

describe('a database that does not open as it was', () => {
  async function usedDirectory(friend: string): Promise<string> {
    const host = new TestHost(temporaryDirectory(), ['--bootstrap', friend])
    await host.event('exchange')
    host.kill('SIGTERM')
    await host.ended
    return host.data
  }

  it('is repaired where that is possible, and the host says so', { timeout: 60_000 }, async () => {
    const friend = new TestHost(temporaryDirectory())
    const { id, address } = await friend.listening()
    const data = await usedDirectory(address)
    writeFileSync(join(data, 'store', 'CURRENT'), '')
    const host = new TestHost(data)
    expect(await host.event('store')).toMatchObject({ problem: 'repaired', namespace: null })
    await host.knows([id])
  })

  it('is set aside where it cannot be repaired, and the host begins anew', { timeout: 60_000 }, async () => {
    const friend = new TestHost(temporaryDirectory())
    const { id, address } = await friend.listening()
    const data = await usedDirectory(address)
    rmSync(join(data, 'store', 'CURRENT'))
    mkdirSync(join(data, 'store', 'CURRENT', 'in the way'), { recursive: true })
    const host = new TestHost(data, ['--bootstrap', address])
    const { problem, message } = await host.event('store')
    expect(problem).toBe('set-aside')
    expect(message).toContain(`${data}/store.corrupt-`)
    await host.knows([id])
    host.kill('SIGTERM')
    await host.ended
    expect((await pex(['view', '--data', data])).stdout).toContain(id)
  })
})
