/** A TypeScript host and a Go peer that exchange on casm's wire, over TCP loopback. */
import { createSigner } from '@pex/record'
import { decodeGossip, encodeGossip } from '@pex/wire/casm'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { beforeAll, describe, expect, it } from 'vitest'
import { GoPeer } from './support/go-peer.ts'
import { BUILD_MS, build, hasGo, skipped } from './support/go.ts'
import { addresses, idOf, known, NS, sees, start, streams, wires } from './support/hosts.ts'
import type { Host } from './support/hosts.ts'

let program: string

beforeAll(async () => {
  if (hasGo) program = await build()
}, BUILD_MS)

/** A Go peer that has joined the namespace. */
async function joined(): Promise<GoPeer> {
  const go = await GoPeer.start(program)
  await go.do('advertise', { ns: NS })
  return go
}

/** Joins by way of a Go peer. It answers before it merges: what it holds then has to be waited for. */
async function joinBy(go: GoPeer, host: Host): Promise<void> {
  await host.services.pex.join(NS, { bootstrap: go.addresses })
  await go.learns(peers => peers.some(({ id }) => id === idOf(host)))
}

describe.skipIf(!hasGo)(`a Go peer and a TypeScript host${skipped}`, () => {
  it.each(['casm', 'both'] as const)('know each other after the host bootstraps (%s)', async speaks => {
    const go = await joined()
    const host = await start({ wires: wires[speaks]() })
    await joinBy(go, host)
    expect(known(host)).toEqual([go.id])
    expect(await go.view(NS)).toEqual([idOf(host)])
    expect(host.services.pex.rejections).toEqual({})
  })

  it.each(['casm', 'both'] as const)('know each other after the peer bootstraps (%s)', async speaks => {
    const host = await start({ wires: wires[speaks]() })
    const go = await GoPeer.start(program)
    await go.do('bootstrap', { ns: NS, peers: addresses(host) })
    expect(await go.view(NS)).toEqual([idOf(host)])
    await sees(host, view => view.some(({ id }) => id === go.id))
    expect(host.services.pex.rejections).toEqual({})
  })

  it('hold each other’s records as they were signed', async () => {
    const go = await joined()
    const host = await start()
    await joinBy(go, host)
    const [held] = host.services.pex.view(NS)
    expect(held?.addresses.map(each => `${each}/p2p/${go.id}`)).toEqual(go.addresses)
    const { peers = [] } = await go.do('find', { ns: NS })
    expect(peers.flatMap(({ id, addrs }) => addrs.map(each => `${each}/p2p/${id}`))).toEqual(addresses(host))
  })

  it('each introduce to a third whom they know', async () => {
    const [host, other] = [await start(), await start()]
    const go = await joined()
    await joinBy(go, host)
    await joinBy(go, other)
    expect(new Set(known(other)), 'the Go peer told of the first host').toEqual(new Set([go.id, idOf(host)]))
    const late = await GoPeer.start(program)
    await late.do('bootstrap', { ns: NS, peers: addresses(other) })
    expect(await late.view(NS), 'the host told of the Go peer').toContain(go.id)
  })

  it('leave no stream open behind an exchange', async () => {
    const go = await joined()
    const host = await start()
    await joinBy(go, host)
    await go.do('advertise', { ns: NS })
    await host.services.pex.advertise(NS)
    expect(streams(host)).toBe(0)
  })
})

describe.skipIf(!hasGo)(`halves of a stream${skipped}`, () => {
  it('the host answers a question whose half has ended, on the half that is open', async () => {
    const host = await start()
    const go = await GoPeer.start(program)
    const asked = await go.do('write', { ns: NS, peers: addresses(host), bytes: new Uint8Array() })
    expect(asked.reset).toBe(false)
    const answer = decodeGossip(Buffer.from(asked.answer!, 'base64'))
    expect(answer, 'who pushes nothing hears who is there').toMatchObject([{ hop: 0 }])
  })

  it('the host hears an answer that comes when its own half has ended', async () => {
    const signer = createSigner(await generateKeyPair('Ed25519'))
    const record = await signer.sign(['/ip4/127.0.0.1/tcp/9'], 1n)
    const go = await GoPeer.start(program)
    await go.do('serve', { ns: NS, bytes: encodeGossip([{ hop: 0, record }])! })
    const host = await start()
    const asked = go.until(({ event }) => event === 'asked')
    const join = host.services.pex.join(NS, { bootstrap: go.addresses })
    // Its answer is somebody else's, so that it is judged: it has been heard.
    await expect(join).rejects.toMatchObject({ code: 'PEX_NO_PEER_FOUND', cause: { code: 'PEX_REJECTED' } })
    expect(host.services.pex.rejections).toEqual({ 'sender-mismatch': 1 })
    const { bytes, reset } = await asked
    expect(bytes).toBeGreaterThan(0)
    expect(reset, 'the question came to its end').toBe(false)
    expect(streams(host)).toBe(0)
  })
})

describe.skipIf(!hasGo)(`a host that speaks only our own wire${skipped}`, () => {
  it('is nobody for a Go peer, which goes on to the next', async () => {
    const [mute, host] = [await start({ wires: wires.native() }), await start()]
    await host.services.pex.join(NS, { bootstrap: addresses(mute) })
    const go = await GoPeer.start(program)
    await expect(go.do('bootstrap', { ns: NS, peers: addresses(mute) })).rejects.toThrow('no peer found')
    expect(known(mute)).toEqual([idOf(host)])
    expect(mute.services.pex.rejections).toEqual({})
    await go.do('bootstrap', { ns: NS, peers: [...addresses(mute), ...addresses(host)] })
    expect(await go.view(NS)).toContain(idOf(host))
  })

  it('finds no Go peer, and says that they have no protocol in common', async () => {
    const go = await joined()
    const mute = await start({ wires: wires.native() })
    const join = mute.services.pex.join(NS, { bootstrap: go.addresses })
    await expect(join).rejects.toMatchObject({
      code: 'PEX_NO_PEER_FOUND',
      cause: { code: 'PEX_UNSUPPORTED' }
    })
    expect(await go.view(NS)).toEqual([])
    const host = await start()
    await joinBy(go, host)
    expect(await go.view(NS)).toEqual([idOf(host)])
  })
})
