/** Who dials whom, and why it comes to nothing: the reason that the dialler hears. */
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { GoNode } from './support/go.ts'
import { TsNode } from './support/ts-node.ts'

const NOBODY = 'ab'.repeat(20)
const at = (id: string, { address }: { readonly address: string }): string =>
  `${id}@${address.split('@')[1]!}`

describe.skipIf(!hasGo).each(versions)(`with CometBFT $name${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  describe('TypeScript dials Go', () => {
    it('and both have a peer, whose id, moniker, version and address they know', async () => {
      const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start()])
      const peer = await ts.dial(go.address)
      expect(peer).toMatchObject({ id: go.id, direction: 'outbound' })
      expect(peer.nodeInfo).toMatchObject({ moniker: 'go', version: version.name })
      const listen = `tcp://${ts.address.split('@')[1]!}`
      expect(await go.added(ts.id)).toMatchObject({ outbound: false, moniker: 'ts', listen })
    })

    it.each([
      ['another chain', { network: 'interop-2' }, 'wrong-network'],
      ['nobody but itself', {}, 'wrong-id']
    ])('%s is there', async (_what, settings, refusal) => {
      const [go, ts] = await Promise.all([GoNode.start(binary, settings), TsNode.start()])
      const address = refusal === 'wrong-id' ? at(NOBODY, go) : go.address
      await expect(ts.dial(address)).rejects.toMatchObject({ name: 'SwitchError', refusal })
    })

    it('and is dropped by one that is full', async () => {
      const [go, first, second] = await Promise.all([
        GoNode.start(binary, { maxInbound: 1, unconditional: [NOBODY] }),
        TsNode.start(),
        TsNode.start()
      ])
      await first.dial(go.address)
      await go.added(first.id)
      await second.dial(go.address).then(
        () => second.removed(go.id),
        (error: unknown) => expect(error).toMatchObject({ refusal: 'closed' })
      )
      expect((await go.peers()).map(({ id }) => id)).toEqual([first.id])
    })

    it('and either may end it', async () => {
      const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start()])
      await ts.switch.disconnect(await ts.dial(go.address))
      await Promise.all([ts.removed(go.id), go.removed(ts.id)])
      await ts.dial(go.address)
      await go.added(ts.id, 2)
      await go.do('stop', { id: ts.id })
      await Promise.all([ts.removed(go.id, 2), go.removed(ts.id, 2)])
      expect([await go.peers(), ts.switch.peers.size]).toEqual([[], 0])
    })
  })

  describe('Go dials TypeScript', () => {
    it('and both have a peer, whose id, moniker, version and address they know', async () => {
      const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start()])
      await go.do('dial', { address: ts.address })
      expect(await go.added(ts.id)).toMatchObject({ outbound: true, moniker: 'ts', version: '0.0.1' })
      await ts.added(go.id)
      const peer = ts.switch.peers.get(go.id)!
      const port = Number(go.address.split(':')[1])
      expect(peer).toMatchObject({ direction: 'inbound', address: { id: go.id, ip: '127.0.0.1', port } })
    })

    it.each([
      ['another chain', { network: 'interop-2' }, /different network/],
      ['somebody else', {}, /mismatch/]
    ])('%s is there', async (what, settings, error) => {
      const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start(settings)])
      const address = what === 'somebody else' ? at(NOBODY, ts) : ts.address
      await expect(go.do('dial', { address })).rejects.toThrow(error)
      expect(ts.switch.peers.size).toBe(0)
    })

    it('and is dropped by one that is full', async () => {
      const [ts, first, second] = await Promise.all([
        TsNode.start({ switch: { maxInbound: 1 } }),
        GoNode.start(binary),
        GoNode.start(binary)
      ])
      await first.do('dial', { address: ts.address })
      await ts.added(first.id)
      await second.do('dial', { address: ts.address }).then(
        () => second.removed(ts.id),
        (error: unknown) => expect(String(error)).toMatch(/EOF|reset/)
      )
      expect(ts.switch.peers.list().map(({ id }) => id)).toEqual([first.id])
      expect(ts.switch.refusals.get('full')).toBe(1)
    })
  })

  it('calls that cross leave one connection, whichever of the two Go has kept', async () => {
    const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start()])
    // Its peer may come a moment after both dials are over; one that comes never is what must not be.
    const untilConnected = async (): Promise<void> => {
      for (;;) {
        const from = go.lines.length
        if ((await go.peers()).length > 0) return
        await go.said(line => line.event === 'added' && go.lines.indexOf(line) >= from)
      }
    }
    for (let times = 1; times <= 10; times++) {
      await Promise.allSettled([go.do('dial', { address: ts.address }), ts.dial(go.address)])
      await untilConnected()
      await ts.happens(() => ts.switch.peers.has(go.id))
      await expect(go.do('dial', { address: ts.address })).rejects.toThrow('established')
      await expect(ts.dial(go.address)).rejects.toMatchObject({ refusal: 'duplicate' })
      await go.do('stop', { id: ts.id })
      await ts.happens(() => !ts.switch.peers.has(go.id))
    }
  })

  it('one that vanishes is missed by the other', async () => {
    const [go, ts] = await Promise.all([GoNode.start(binary), TsNode.start()])
    await ts.dial(go.address)
    await go.added(ts.id)
    await go.kill()
    expect(await ts.removed(go.id)).toMatchObject({ reason: { name: 'ConnectionError' } })
  })

  it('a persistent peer that hangs up is dialled again by Go', async () => {
    const kept = await TsNode.start()
    const go = await GoNode.start(binary, { persistent: [kept.address] })
    await kept.added(go.id)
    await kept.switch.disconnect(kept.switch.peers.get(go.id)!)
    await kept.added(go.id, 2)
    expect(await go.peers()).toMatchObject([{ id: kept.id, outbound: true }])
  })
})
