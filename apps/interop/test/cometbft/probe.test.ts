/** `probe` of @pex/cometbft at nodes of CometBFT's own: each of its verdicts that such a node can bring about. */
import { probe, probeAll } from '@pex/cometbft'
import type { ProbeInit, Verdict } from '@pex/cometbft'
import { nodeIdOf, nodeKey } from '@pex/mconnection'
import { systemClock, systemRng } from '@pex/service'
import { tcp } from '@pex/switch/tcp'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { CHAIN, GoNode, RawPeer } from './support/go.ts'

const parts = { carrier: tcp(), clock: systemClock, rng: systemRng }
const key = nodeKey()
const visitor = nodeIdOf(key.publicKey)

const ask = (target: string, init: Partial<ProbeInit> = {}): Promise<Verdict> =>
  probe(target, { ...parts, chainId: CHAIN, ...init })

/** `id@ip:port` of what a verdict tells. */
function told(verdict: Verdict): readonly string[] {
  expect(verdict).toMatchObject({ verdict: 'ok' })
  if (verdict.verdict !== 'ok') return []
  return verdict.addresses.map(({ id, ip, port }) => `${id}@${ip}:${port}`)
}

describe.skipIf(!hasGo).each(versions)(`probe of CometBFT $name${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  it.each([false, true])('ok, with whom it knows; as a seed: %s', async seedMode => {
    const [known, node] = await Promise.all([GoNode.start(binary), GoNode.start(binary, { seedMode })])
    await node.do('add', { address: known.address })
    const verdict = await ask(node.address)
    expect(told(verdict)).toEqual([known.address])
    expect(verdict).toMatchObject({
      node: { id: node.id, moniker: 'go', network: CHAIN, version: version.name }
    })
    const { connectMs, handshakeMs, nodeInfoMs, answerMs } = verdict.latency
    for (const ms of [connectMs, handshakeMs, nodeInfoMs, answerMs]) expect(ms).toBeGreaterThanOrEqual(0)
  })

  it('the visitor comes into nobody’s book, and nothing is held against it', async () => {
    const node = await GoNode.start(binary)
    const verdicts: Verdict[] = []
    for (let visit = 0; visit < 3; visit++) verdicts.push(await ask(node.address, { key }))
    expect(verdicts.map(told)).toEqual([[], [], []])
    await node.removed(visitor, 3)
    expect(await node.knows(visitor)).toEqual({ known: false, good: false, banned: false })
  })

  it('another chain is named; with no chain id given, any will do', async () => {
    const node = await GoNode.start(binary, { network: 'somewhere-7' })
    expect(await ask(node.address)).toMatchObject({ verdict: 'wrong-chain', chain: 'somewhere-7' })
    const open = await probe(node.address, parts)
    expect(open).toMatchObject({ verdict: 'ok', node: { network: 'somewhere-7' } })
  })

  it('another id than the one that was asked for is named', async () => {
    const node = await GoNode.start(binary)
    const other = `${'ab'.repeat(20)}@${node.address.split('@')[1]!}`
    expect(await ask(other)).toMatchObject({ verdict: 'wrong-id', actual: node.id })
  })

  it('another block protocol', async () => {
    const node = await GoNode.start(binary)
    expect(await ask(node.address, { block: 10 })).toMatchObject({ verdict: 'incompatible', why: 'block' })
  })

  it('full, likely: one that hangs up after the node infos', async () => {
    const node = await GoNode.start(binary, { maxInbound: 1, unconditional: ['cd'.repeat(20)] })
    const first = await RawPeer.start(binary)
    await first.dial(node.address)
    await node.added(first.id)
    expect(await ask(node.address)).toMatchObject({
      verdict: 'full',
      certainty: 'likely',
      node: { id: node.id }
    })
  })

  it('full, possible: one that takes connections and does not answer them', async () => {
    const node = await GoNode.start(binary, { maxInbound: 1 })
    const first = await RawPeer.start(binary)
    await first.dial(node.address)
    await node.added(first.id)
    const verdict = await ask(node.address, { handshakeMs: 300 })
    expect(verdict).toMatchObject({ verdict: 'full', certainty: 'possible' })
  })

  it('a second connection from one IP address is closed before it is heard', async () => {
    const node = await GoNode.start(binary, { uniqueIP: true })
    const first = await RawPeer.start(binary)
    await first.dial(node.address)
    await node.added(first.id)
    expect(await ask(node.address)).toMatchObject({ verdict: 'closed', stage: 'handshake' })
  })

  it('refused, where nobody listens any more', async () => {
    const node = await GoNode.start(binary)
    await node.kill()
    expect(await ask(node.address)).toMatchObject({ verdict: 'refused' })
  })

  it('a list of a dozen in one go', async () => {
    const nodes = await Promise.all(
      Array.from({ length: 4 }, (_, i) => GoNode.start(binary, { moniker: `go-${i}`, seedMode: i % 2 === 0 }))
    )
    const dead = Array.from({ length: 8 }, (_, i) => `${'ab'.repeat(20)}@127.0.0.1:${i + 1}`)
    const targets = [...nodes.map(({ address }) => address), ...dead]
    const verdicts = new Map<string, string>()
    for await (const { target, verdict } of probeAll(targets, { ...parts, chainId: CHAIN }))
      verdicts.set(target, verdict)
    expect(targets.map(target => verdicts.get(target))).toEqual([
      ...nodes.map(() => 'ok'),
      ...dead.map(() => 'refused')
    ])
  })
})
