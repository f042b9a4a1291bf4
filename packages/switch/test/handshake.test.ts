/** From a stream to a node that has said who it is: both stages, and everything that can go wrong in them. */
import { virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { duplexPair, MessageStream, nodeIdOf, secretConnection } from '@pex/mconnection'
import type { Duplex } from '@pex/mconnection'
import { varintField } from '@pex/mconnection/protobuf'
import { describe, expect, it } from 'vitest'
import { encodeNodeInfo, SwitchError, upgrade } from '../src/index.ts'
import type { NodeInfo, UpgradeInit } from '../src/index.ts'
import { idOf, keyOf } from './scene.ts'

const infoOf = (n: number, change: Partial<NodeInfo> = {}): NodeInfo => ({
  protocol: { p2p: 8, block: 11, app: 0 },
  id: idOf(n),
  listenAddress: 'tcp://127.0.0.1:26656',
  network: 'test-chain',
  version: '0.1.0',
  channels: [0],
  moniker: `node ${n}`,
  txIndex: '',
  rpcAddress: '',
  ...change
})

const init = (n: number, clock: VirtualClock, change: Partial<UpgradeInit> = {}): UpgradeInit => ({
  key: keyOf(n),
  nodeInfo: infoOf(n),
  clock,
  ...change
})

function failure(work: Promise<unknown>): Promise<SwitchError> {
  return work.then(
    () => expect.unreachable('it has succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(SwitchError)
      return error as SwitchError
    }
  )
}

/** The other side, which makes an honest secret connection and then sends what it likes. */
async function stranger(
  duplex: Duplex,
  clock: VirtualClock,
  message: Uint8Array,
  n: number = 2
): Promise<Duplex> {
  const secret = await secretConnection(duplex, { key: keyOf(n), clock })
  const stream = new MessageStream(secret)
  await stream.write(message).catch(() => {})
  return stream.unwrap()
}

async function isEnded(duplex: Duplex): Promise<boolean> {
  try {
    for await (const chunk of duplex.source) void chunk
  } catch {
    return true
  }
  return true
}

describe('an upgrade', () => {
  it('tells both sides who is there and what it says of itself', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const secured: string[] = []
    const [left, right] = await Promise.all([
      upgrade(a, init(1, clock, { expected: idOf(2), onSecured: id => secured.push(id) })),
      upgrade(b, init(2, clock))
    ])
    expect(left).toMatchObject({ remoteId: idOf(2), nodeInfo: infoOf(2) })
    expect(right).toMatchObject({ remoteId: idOf(1), nodeInfo: infoOf(1) })
    expect(secured).toEqual([idOf(2)])
    await left.duplex.write(Uint8Array.of(1, 2, 3))
    for await (const chunk of right.duplex.source) {
      expect([...chunk]).toEqual([1, 2, 3])
      break
    }
    expect(clock.pending).toBe(0)
  })

  it('keeps what came behind the node info for who reads next', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = (async () => {
      const secret = await secretConnection(b, { key: keyOf(2), clock })
      const info = encodeNodeInfo(infoOf(2))
      await secret.write(Uint8Array.of(info.length, ...info, 7, 8))
    })()
    const { duplex } = await upgrade(a, init(1, clock))
    await other
    for await (const chunk of duplex.source) {
      expect([...chunk]).toEqual([7, 8])
      break
    }
  })

  it.each<[string, Partial<NodeInfo>]>([
    ['wrong-network', { network: 'other-chain' }],
    ['wrong-block', { protocol: { p2p: 8, block: 12, app: 0 } }],
    ['no-common-channel', { channels: [0x40] }]
  ])('fails with %s, and tells what the other side said', async (refusal, change) => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = failure(upgrade(b, init(2, clock, { nodeInfo: infoOf(2, change) })))
    const error = await failure(upgrade(a, init(1, clock)))
    expect(error).toMatchObject({
      code: 'PEX_UNSUPPORTED',
      refusal,
      nodeInfo: infoOf(2, change),
      remoteId: idOf(2),
      fault: undefined
    })
    // Both could read why.
    expect((await other).nodeInfo).toEqual(infoOf(1))
    await clock.advance(2_000)
    expect(clock.pending).toBe(0)
  })

  it('fails where somebody else is there, and says who', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = failure(upgrade(b, init(2, clock)))
    const error = await failure(upgrade(a, init(1, clock, { expected: idOf(3) })))
    expect(error).toMatchObject({ code: 'PEX_WRONG_PEER', refusal: 'wrong-id', remoteId: idOf(2) })
    expect((await other).refusal).toBe('closed')
  })

  it('fails where it meets itself, under whatever id it was dialled', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = failure(upgrade(b, init(1, clock)))
    const error = await failure(upgrade(a, init(1, clock, { expected: idOf(3) })))
    expect(error).toMatchObject({ code: 'PEX_DIAL_SELF', refusal: 'self' })
    expect((await other).refusal).toBe('self')
  })

  it.each([
    ['wrong-id', encodeNodeInfo(infoOf(3))],
    ['bad-moniker', encodeNodeInfo(infoOf(2, { moniker: '' }))],
    ['bad-listen-address', encodeNodeInfo(infoOf(2, { listenAddress: 'nowhere' }))],
    ['malformed', varintField(1, 1)],
    ['oversize', new Uint8Array(10_241)]
  ])('fails with bad-node-info where that is %s', async (fault, message) => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = stranger(b, clock, message)
    const error = await failure(upgrade(a, init(1, clock)))
    expect(error).toMatchObject({ code: 'PEX_REJECTED', refusal: 'bad-node-info', fault, remoteId: idOf(2) })
    expect(await isEnded(await other)).toBe(true)
  })

  it('fails with closed where the other side hangs up before it has told of itself', async () => {
    const clock = virtualClock()
    for (const hangUp of [
      (b: Duplex) => b.close(),
      async (b: Duplex) => b.abort(),
      async (b: Duplex) => (await secretConnection(b, { key: keyOf(2), clock })).close()
    ]) {
      const [a, b] = duplexPair()
      const done = hangUp(b)
      expect(await failure(upgrade(a, init(1, clock)))).toMatchObject({
        code: 'PEX_CLOSED',
        refusal: 'closed'
      })
      await done
    }
    expect(clock.pending).toBe(0)
  })

  it('knows what was said even where the other side hangs up at once after it', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const other = stranger(b, clock, encodeNodeInfo(infoOf(2, { network: 'theirs' }))).then(duplex =>
      duplex.close()
    )
    const error = await failure(upgrade(a, init(1, clock)))
    await other
    expect(error.nodeInfo?.network).toBe('theirs')
  })

  it('has a deadline of three seconds for each stage', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    const first = failure(upgrade(a, init(1, clock)))
    await clock.advance(3_000)
    expect(await first).toMatchObject({ code: 'PEX_TIMEOUT', refusal: 'no-handshake', remoteId: undefined })
    expect(await isEnded(b)).toBe(true)

    const [c, d] = duplexPair()
    const second = failure(upgrade(c, init(1, clock)))
    await clock.advance(2_500)
    void secretConnection(d, { key: keyOf(2), clock })
    await clock.advance(2_900)
    let isOver = false
    void second.finally(() => (isOver = true))
    await clock.advance(50)
    expect(isOver).toBe(false)
    await clock.advance(50)
    expect(await second).toMatchObject({ code: 'PEX_TIMEOUT', refusal: 'no-handshake', remoteId: idOf(2) })
    expect(clock.pending).toBe(0)
  })

  it('ends with its signal in either stage', async () => {
    const clock = virtualClock()
    for (const isSecured of [false, true]) {
      const [a, b] = duplexPair()
      const controller = new AbortController()
      const work = failure(upgrade(a, init(1, clock, { signal: controller.signal })))
      if (isSecured) await secretConnection(b, { key: keyOf(2), clock })
      await clock.settle()
      controller.abort()
      expect(await work).toMatchObject({ code: 'PEX_ABORTED', refusal: 'stopped' })
    }
    expect(clock.pending).toBe(0)
  })

  it('fails with bad-handshake where the bytes are none', async () => {
    const clock = virtualClock()
    const [a, b] = duplexPair()
    await b.write(new TextEncoder().encode('GET / HTTP/1.1\r\n'.repeat(8)))
    expect(await failure(upgrade(a, init(1, clock)))).toMatchObject({
      code: 'PEX_REJECTED',
      refusal: 'bad-handshake'
    })
  })

  it('does not wait for ever for who takes nothing of what it was refused with', async () => {
    const clock = virtualClock()
    // Room for the handshake and not for more: a close has to wait for a reader.
    const [a, b] = duplexPair(1)
    const other = (async () => {
      const secret = await secretConnection(b, { key: keyOf(2), clock })
      await secret.write(Uint8Array.of(1, 1))
    })()
    const work = failure(upgrade(a, init(1, clock)))
    await clock.advance(3_000)
    await work
    await clock.advance(1_000)
    await other.catch(() => {})
    expect(clock.pending).toBe(0)
    await expect(a.write(Uint8Array.of(1))).rejects.toMatchObject({ refusal: 'bad-node-info' })
  })

  it('is by the id of the key, as CometBFT computes it', () => {
    expect(nodeIdOf(keyOf(1).publicKey)).toMatch(/^[0-9a-f]{40}$/)
  })
})
