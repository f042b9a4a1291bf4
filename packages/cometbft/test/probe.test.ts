/** Every verdict of a probe, in virtual time, against nodes that misbehave at one step. */
import { afterEach, describe, expect, it } from 'vitest'
import { dialects, PEX_CHANNEL, tellVerdict } from '@pex/cometbft'
import { MessageStream, nodeKey, secretConnection } from '@pex/mconnection'
import { encodeNodeInfo } from '@pex/switch'
import type { NodeInfo } from '@pex/switch'
import { answer, chain, honest, named, scene, seedLike, TestNode } from './probe-scene.ts'
import type { Behaviour, Scene } from './probe-scene.ts'

let last: Scene

async function meet(behaviour: Behaviour): Promise<Scene> {
  last = await scene(behaviour)
  return last
}

afterEach(async () => {
  // Whoever hung up is heard of, and the slowest deadline of the other side passes.
  await last.clock.advance(120_000)
  expect(last.network.sockets.filter(({ local }) => local.ip === '192.0.2.1')).toEqual([])
})

describe('a probe of a node that is well', () => {
  it('tells whom it knows, who it is, and how long each step took', async () => {
    const { probe, node, place, target } = await meet(honest)
    const verdict = await probe()
    expect(verdict).toMatchObject({ verdict: 'ok', target, place, elsewhere: [], addresses: named })
    expect(verdict).toMatchObject({ node: { id: node.id, moniker: 'honest', version: '0.38.12' } })
    expect(verdict.latency.connectMs).toBe(40)
    expect(verdict.latency.handshakeMs).toBeGreaterThanOrEqual(40)
    expect(verdict.latency.answerMs).toBeGreaterThanOrEqual(40)
    expect(tellVerdict(verdict)).toBe('names 40 addresses')
  })

  it('costs it one connection and one request, and shows a visitor that says so and cannot be dialled', async () => {
    const { probe, node } = await meet(honest)
    await probe()
    expect(node).toMatchObject({ connections: 1, requests: 1 })
    expect(node.met).toMatchObject([
      { moniker: 'pex-probe', listenAddress: 'tcp://0.0.0.0:26656', channels: [0], network: chain }
    ])
  })

  it('takes the answer of a seed that hangs up behind it', async () => {
    const { probe, node } = await meet(seedLike)
    expect(await probe()).toMatchObject({ verdict: 'ok', addresses: named })
    expect(node.requests).toBe(1)
  })

  it('waits for the answer where the node asks back first', async () => {
    const { probe } = await meet(async (stream, self) => {
      const { duplex } = await self.greet(stream)
      await self.talk(duplex, async connection => {
        await connection.send(PEX_CHANNEL, dialects.cometbft.request())
        await connection.send(PEX_CHANNEL, answer)
      })
    })
    expect(await probe()).toMatchObject({ verdict: 'ok', addresses: named })
  })

  it('without a chain id tells the node its own chain, and which it is', async () => {
    const { probe, node } = await meet(honest)
    const verdict = await probe(undefined, { chainId: undefined })
    expect(verdict).toMatchObject({ verdict: 'ok', node: { network: chain } })
    expect(node).toMatchObject({ connections: 1, requests: 1 })
  })

  it('says that it knows nobody where its list is empty', async () => {
    const { probe } = await meet(async (stream, self) => {
      const { duplex } = await self.greet(stream)
      const empty = dialects.cometbft.answer([], 1)
      await self.talk(duplex, connection => void connection.trySend(PEX_CHANNEL, empty))
    })
    expect(await probe()).toMatchObject({ verdict: 'ok', addresses: [] })
  })
})

const silent: Behaviour = () => new Promise(() => {})

/** Node infos, and then what the test says. */
function greeting(changed: Partial<NodeInfo>): Behaviour {
  return async (stream, self) => {
    const { duplex } = await self.greet(stream, changed)
    duplex.abort()
  }
}

describe('a probe of a node that is not', () => {
  it.each<[string, Behaviour, object]>([
    ['that accepts and says nothing', silent, { verdict: 'full', certainty: 'possible' }],
    [
      'that hangs up at once',
      stream => stream.close(),
      { verdict: 'closed', stage: 'handshake', latency: { connectMs: 40 } }
    ],
    ['that resets the connection', stream => stream.abort(), { verdict: 'closed', stage: 'handshake' }],
    [
      'that falls silent within the handshake',
      async stream => {
        await stream.write(Uint8Array.of(35, 34, 10, 32))
        await silent(stream, last.node)
      },
      { verdict: 'timeout', stage: 'handshake' }
    ],
    [
      'that speaks HTTP',
      async stream => {
        await stream.write(new TextEncoder().encode(`HTTP/1.1 400 Bad Request\r\n\r\n${'x'.repeat(200)}`))
        await silent(stream, last.node)
      },
      { verdict: 'bad-handshake' }
    ],
    [
      'with another key',
      async stream => {
        const other = new TestNode(last.clock, 2)
        await honest(stream, other)
      },
      { verdict: 'wrong-id', actual: new TestNode({ now: () => 0, after: () => () => {} }, 2).id }
    ],
    [
      'that tells nothing of itself',
      async (stream, { key, clock }) => {
        await secretConnection(stream, { key, clock })
        await silent(stream, last.node)
      },
      { verdict: 'timeout', stage: 'node-info' }
    ],
    [
      'that hangs up before it tells of itself',
      async (stream, { key, clock }) => {
        const secret = await secretConnection(stream, { key, clock })
        await secret.close()
      },
      { verdict: 'closed', stage: 'node-info' }
    ],
    [
      'whose node info is no protobuf',
      async (stream, { key, clock }) => {
        const secret = await secretConnection(stream, { key, clock })
        await new MessageStream(secret).write(new Uint8Array(20).fill(255))
      },
      { verdict: 'incompatible', why: 'malformed' }
    ],
    [
      'whose node info is endless',
      async (stream, { key, clock }) => {
        const secret = await secretConnection(stream, { key, clock })
        await new MessageStream(secret).write(new Uint8Array(10_241))
      },
      { verdict: 'incompatible', why: 'oversize' }
    ],
    [
      'that names another id than it proves',
      greeting({ id: 'ab'.repeat(20) }),
      { verdict: 'incompatible', why: 'wrong-id' }
    ],
    [
      'of another chain',
      greeting({ network: 'other-2' }),
      { verdict: 'wrong-chain', chain: 'other-2', node: { moniker: 'honest' } }
    ],
    [
      'with another block protocol',
      greeting({ protocol: { p2p: 8, block: 12, app: 0 } }),
      { verdict: 'incompatible', why: 'block', node: { protocol: { block: 12 } } }
    ],
    [
      'without peer exchange',
      greeting({ channels: [0x40] }),
      { verdict: 'pex-off', node: { channels: [0x40] } }
    ],
    [
      'that hangs up behind the node infos',
      greeting({}),
      { verdict: 'full', certainty: 'likely', node: { moniker: 'honest' } }
    ],
    [
      'that does not answer',
      async (stream, self) => {
        const { duplex } = await self.greet(stream)
        await self.talk(duplex, () => {})
      },
      { verdict: 'timeout', stage: 'answer', node: { moniker: 'honest' } }
    ],
    [
      'that says something and hangs up',
      async (stream, self) => {
        const { duplex } = await self.greet(stream)
        await self.talk(duplex, connection => {
          connection.trySend(PEX_CHANNEL, dialects.cometbft.request())
          void connection.flushStop()
        })
      },
      { verdict: 'closed', stage: 'answer' }
    ],
    [
      'that answers rubbish',
      async (stream, self) => {
        const { duplex } = await self.greet(stream)
        await self.talk(duplex, connection => void connection.trySend(PEX_CHANNEL, Uint8Array.of(1, 2, 3)))
      },
      { verdict: 'bad-answer', node: { moniker: 'honest' } }
    ],
    [
      'that breaks the packets',
      async (stream, self) => {
        const { duplex } = await self.greet(stream)
        await duplex.write(Uint8Array.of(2, 0x7a, 0))
      },
      { verdict: 'bad-answer', why: 'unknown-packet' }
    ]
  ])('%s', async (_, behaviour, expected) => {
    const { probe, node } = await meet(behaviour)
    const verdict = await probe()
    expect(verdict).toMatchObject(expected)
    expect(node.connections).toBe(1)
    expect(tellVerdict(verdict)).toMatch(/^[^\n]{10,}$/)
  })

  it('that refuses connections', async () => {
    const { probe, network, place } = await meet(honest)
    network.refuse(place.ip)
    expect(await probe()).toMatchObject({ verdict: 'refused', place })
  })

  it('behind a wall that swallows everything, within the deadline', async () => {
    const { probe, network, place, clock } = await meet(honest)
    network.blackhole(place.ip)
    const began = clock.now()
    expect(await probe()).toMatchObject({ verdict: 'timeout', stage: 'connect' })
    expect(clock.now() - began).toBe(3_000)
  })

  it.each([
    ['EHOSTUNREACH', { verdict: 'unreachable', why: 'EHOSTUNREACH' }],
    ['ECONNREFUSED', { verdict: 'refused' }],
    ['ETIMEDOUT', { verdict: 'timeout', stage: 'connect' }]
  ])('where the system says %s', async (code, expected) => {
    const { probe } = await meet(honest)
    const { PexError } = await import('@pex/core')
    const cause = Object.assign(new Error(code), { code })
    const carrier = {
      dial: () => Promise.reject(new PexError('PEX_UNREACHABLE', 'no', { cause })),
      listen: () => Promise.reject(new Error())
    }
    expect(await probe(undefined, { carrier })).toMatchObject(expected)
  })

  it('of which a chain id is not known: hears the rules of its block protocol all the same', async () => {
    const { probe } = await meet(greeting({ protocol: { p2p: 8, block: 12, app: 0 } }))
    expect(await probe(undefined, { chainId: undefined })).toMatchObject({
      verdict: 'incompatible',
      why: 'block'
    })
  })
})

describe('a target', () => {
  const id = 'ab'.repeat(20)

  it.each([
    ['', 'no node id'],
    ['example.org:26656', 'no node id'],
    ['short@192.0.2.7:26656', '40 hexadecimal'],
    [`${id}@192.0.2.7`, 'no port'],
    [`${id}@192.0.2.7:0`, 'no port'],
    [`${id}@192.0.2.7:70000`, '40 hexadecimal'],
    [`${id}@:26656`, '40 hexadecimal'],
    [`quic://${id}@192.0.2.7:26656`, 'not quic'],
    [`memory:${id}`, 'not memory']
  ])('%j is none, and nobody is asked', async (target, why) => {
    const { probe, network, place } = await meet(honest)
    const verdict = await probe(target)
    expect(verdict).toMatchObject({ verdict: 'bad-target', target, latency: {} })
    expect(tellVerdict(verdict)).toContain(why)
    expect(network.dialsTo(place.ip)).toBe(0)
  })

  it('may have a scheme and an id in capitals', async () => {
    const { probe, target, node } = await meet(honest)
    const loud = `tcp://${target.replace(node.id, node.id.toUpperCase())}`
    expect(await probe(loud)).toMatchObject({ verdict: 'ok', target: loud })
  })

  it('may be a name, all of whose addresses are tried until the node is met', async () => {
    const { probe, node, network, place } = await meet(honest)
    const other = new TestNode(last.clock, 2)
    await other.listen(network.carrier('198.51.100.8'), { ip: '198.51.100.8', port: 26_656 }, honest)
    network.blackhole('198.51.100.9')
    const asked: string[] = []
    const resolve = (name: string): Promise<string[]> => {
      asked.push(name)
      return Promise.resolve(['198.51.100.8', place.ip, '198.51.100.9', 'nonsense', place.ip])
    }
    const verdicts = []
    for (let seed = 1; seed <= 8; seed++) {
      const { seeded } = await import('@pex/testkit')
      verdicts.push(await probe(`${node.id}@seed.example:26656`, { resolve, rng: seeded(seed) }))
    }
    for (const verdict of verdicts) expect(verdict).toMatchObject({ verdict: 'ok', place })
    const met = new Set(verdicts.flatMap(({ elsewhere }) => elsewhere.map(each => each.verdict)))
    expect(met).toEqual(new Set(['wrong-id', 'timeout']))
    expect(asked).toEqual(Array.from({ length: 8 }, () => 'seed.example'))
    expect(node.connections).toBe(8)
  })

  it.each<[string, Behaviour]>([
    ['ok', honest],
    ['wrong-chain', greeting({ network: 'other-2' })],
    ['full', greeting({})]
  ])(
    'may be a name, of which no other address is called once the node was met: %s',
    async (verdict, behaviour) => {
      const { probe, node, network, place } = await meet(behaviour)
      await node.listen(network.carrier('198.51.100.8'), { ip: '198.51.100.8', port: 26_656 }, behaviour)
      const resolve = (): Promise<string[]> => Promise.resolve([place.ip, '198.51.100.8'])
      expect(await probe(`${node.id}@seed.example:26656`, { resolve })).toMatchObject({
        verdict,
        elsewhere: []
      })
      expect(node.connections).toBe(1)
    }
  )

  it('of which no address is the node: tells of the one at which it came furthest', async () => {
    const { probe, network, place } = await meet(honest)
    network.blackhole('198.51.100.9')
    const resolve = (): Promise<string[]> => Promise.resolve([place.ip, '198.51.100.9'])
    expect(await probe(`${id}@seed.example:26656`, { resolve })).toMatchObject({
      verdict: 'wrong-id',
      actual: last.node.id,
      elsewhere: [{ place: { ip: '198.51.100.9', port: 26_656 }, verdict: 'timeout' }]
    })
  })

  it.each([
    [
      'there is not',
      () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
      'dns',
      'ENOTFOUND'
    ],
    ['stands for nothing', () => Promise.resolve([]), 'dns', 'no IP address'],
    ['nobody looks up', undefined, 'dns', 'not looked up'],
    ['nobody tells of', () => new Promise<string[]>(() => {}), 'timeout', 'looking its name up']
  ])('may be a name that %s', async (_, resolve, verdict, words) => {
    const { probe, node } = await meet(honest)
    const found = await probe(`${node.id}@seed.example:26656`, { resolve })
    expect(found).toMatchObject({ verdict })
    expect(tellVerdict(found)).toContain(words)
  })
})

describe('a probe', () => {
  it('can be given up at every step, and leaves nothing behind', async () => {
    for (const ms of [0, 10, 50, 90, 130, 170, 210]) {
      const { probe, clock } = await meet(honest)
      const controller = new AbortController()
      clock.after(ms, () => controller.abort())
      const work = probe(undefined, { signal: controller.signal })
      if (ms < 170) await expect(work).rejects.toMatchObject({ code: 'PEX_ABORTED' })
      else await work.catch(() => {})
      await clock.advance(60_000)
      expect(last.network.sockets).toEqual([])
    }
  })

  it('does not begin where it has been given up before', async () => {
    const { probe, network, place } = await meet(honest)
    await expect(probe(undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'PEX_ABORTED'
    })
    expect(network.dialsTo(place.ip)).toBe(0)
  })

  it('wants a chain id that is one, or none', async () => {
    const { probe } = await meet(honest)
    await expect(probe(undefined, { chainId: '' })).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
  })

  it('shows the key, moniker and listen address that it is given', async () => {
    const { probe, node } = await meet(honest)
    const key = nodeKey(new Uint8Array(32).fill(9))
    const one = { key, moniker: 'check.example', listenAddress: 'tcp://192.0.2.1:26656' }
    await probe(undefined, one)
    const { id } = new TestNode(last.clock, 9)
    expect(node.met).toMatchObject([{ id, moniker: 'check.example', listenAddress: 'tcp://192.0.2.1:26656' }])
    expect(encodeNodeInfo(node.met[0]!).length).toBeLessThan(200)
  })
})
