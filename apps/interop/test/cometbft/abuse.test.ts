/** Those who break the rules, and nodes of either language that they break them with: one table, one treatment. */
import { beforeAll, describe, expect, it } from 'vitest'
import { abuses, answers, strangers } from './support/abuses.ts'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { RawPeer } from './support/go.ts'
import { goTarget, tsTarget } from './support/target.ts'
import type { StartTarget } from './support/target.ts'

const programs = new Map<string, string>()
const programOf = (name: string): string => programs.get(name)!

const nodes: readonly (readonly [string, StartTarget])[] = [
  ...versions.map(({ name }) => [`CometBFT ${name}`, goTarget(() => programOf(name))] as const),
  ['@pex/cometbft', tsTarget]
]

describe.skipIf(!hasGo)(`who breaks the rules${skipped}`, () => {
  beforeAll(async () => {
    for (const version of versions) programs.set(version.name, await build(version))
  }, BUILD_MS)

  const startRaw = (): Promise<RawPeer> => RawPeer.start(programOf(versions[0].name))

  describe.each(nodes)('with %s', (_name, start) => {
    it.each(strangers)('$name never becomes a peer', async ({ introduction, isSlow = false }) => {
      const [target, raw] = await Promise.all([start(), startRaw()])
      let ms: number | undefined
      try {
        ms = (await raw.closed(await raw.dial(target.address, introduction))).ms
      } catch (error) {
        // The other side was so quick that it did not say who it is.
        expect(String(error)).toMatch(/EOF|reset|broken pipe/)
      }
      expect(await target.peers()).toEqual([])
      expect(await target.size()).toBe(0)
      if (isSlow) expect(ms).toBeGreaterThan(2_500)
      // The time for a handshake is 3 s.
      expect(ms ?? 0).toBeLessThan(isSlow ? 6_000 : 2_500)
    })

    it.each(abuses)('$name: closed $treatment.isClosed, banned $treatment.isBanned', async abuse => {
      const { send, times = 1, treatment } = abuse
      const [target, raw] = await Promise.all([start(), startRaw()])
      const link = await raw.dial(target.address)
      await target.added(raw.id)
      await raw.send(link, send, times)
      if (treatment.isClosed) {
        await Promise.all([raw.closed(link), target.removed(raw.id)])
      } else {
        await raw.send(link, 'ping')
        await raw.received(link, 'pong')
      }
      if (send === 'request') await target.handled(raw.id, 'request', times)
      if (send.endsWith('list')) await target.handled(raw.id, 'addresses')
      expect(await target.peers()).toEqual(treatment.isClosed ? [] : [raw.id])
      expect(await target.isBanned(raw.id)).toBe(treatment.isBanned)
    })

    it.each(answers)('asked, one answers with $name: closed $treatment.isClosed', async answer => {
      const { send, treatment, learned } = answer
      const [target, raw] = await Promise.all([start({ strict: true }), startRaw()])
      await target.dial(await raw.listen())
      const link = await raw.connected()
      await raw.received(link, 'request')
      await raw.send(link, send)
      await target.handled(raw.id, 'addresses')
      if (treatment.isClosed) await Promise.all([raw.closed(link), target.removed(raw.id)])
      expect(await target.peers()).toEqual(treatment.isClosed ? [] : [raw.id])
      expect(await target.size()).toBe(learned)
    })

    it('asked, one may answer with 250 addresses', async () => {
      const [target, raw] = await Promise.all([start({ strict: true }), startRaw()])
      await target.dial(await raw.listen())
      const link = await raw.connected()
      await raw.received(link, 'request')
      await raw.send(link, '250')
      await target.handled(raw.id, 'addresses')
      expect(await target.size()).toBeGreaterThan(200)
      expect(await target.peers()).toEqual([raw.id])
    })

    it('asked once, one answers twice: closed', async () => {
      const [target, raw] = await Promise.all([start({ strict: true }), startRaw()])
      await target.dial(await raw.listen())
      const link = await raw.connected()
      await raw.received(link, 'request')
      await raw.send(link, 'list', 2)
      await Promise.all([raw.closed(link), target.removed(raw.id)])
      expect(await target.size()).toBe(1)
    })
  })

  describe('where @pex/cometbft is stricter than CometBFT', () => {
    it.each(nodes)('more than 250 addresses in an answer: %s', async (name, start) => {
      const [target, raw] = await Promise.all([start({ strict: true }), startRaw()])
      await target.dial(await raw.listen())
      const link = await raw.connected()
      await raw.received(link, 'request')
      await raw.send(link, '251')
      await target.handled(raw.id, 'addresses')
      const isStrict = name === '@pex/cometbft'
      if (isStrict) await Promise.all([raw.closed(link), target.removed(raw.id)])
      expect(await target.isBanned(raw.id)).toBe(isStrict)
      expect((await target.size()) > 200).toBe(!isStrict)
    })

    it.each(nodes)(
      'a ban of an id that is not in the book, and what it is good for: %s',
      async (name, start) => {
        const [target, raw] = await Promise.all([start(), startRaw()])
        // Nobody stores an address that says nothing.
        const introduction = { listen: '0.0.0.0:26656' }
        const link = await raw.dial(target.address, introduction)
        await target.added(raw.id)
        await raw.send(link, 'list')
        await Promise.all([raw.closed(link), target.removed(raw.id), target.handled(raw.id, 'addresses')])
        const isStrict = name === '@pex/cometbft'
        expect(await target.isBanned(raw.id)).toBe(isStrict)
        const again = await raw.dial(target.address, introduction)
        if (isStrict) await raw.closed(again)
        else {
          await raw.send(again, 'ping')
          await raw.received(again, 'pong')
        }
      }
    )
  })
})
