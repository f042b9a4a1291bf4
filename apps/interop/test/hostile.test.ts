/** Go peers that do not keep to casm's protocol: each is refused with its named reason, and nobody else suffers. */
import { limits } from '@pex/core'
import type { Descriptor } from '@pex/core'
import { createSigner } from '@pex/record'
import { encodeGossip } from '@pex/wire/casm'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { beforeAll, describe, expect, it } from 'vitest'
import { GoPeer } from './support/go-peer.ts'
import { BUILD_MS, build, hasGo, skipped } from './support/go.ts'
import { addresses, idOf, known, NS, start, streams } from './support/hosts.ts'

let program: string
let stranger: readonly Descriptor[]
let bytes: Readonly<Record<'garbage' | 'crowd' | 'stranger' | 'inside' | 'cut' | 'endless', Uint8Array>>

beforeAll(async () => {
  if (!hasGo) return
  program = await build()
  const signer = createSigner(await generateKeyPair('Ed25519'))
  const record = await signer.sign(['/ip4/127.0.0.1/tcp/9'], 1n)
  stranger = [{ hop: 0, record }]
  const crowd = Array.from({ length: limits.maxRecords }, () => ({ hop: 1, record }))
  bytes = {
    garbage: Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256),
    crowd: encodeGossip([...crowd, ...stranger])!,
    stranger: encodeGossip(stranger)!,
    inside: encodeGossip([...stranger, ...stranger])!,
    cut: encodeGossip(stranger)!.subarray(0, 60),
    endless: new Uint8Array(limits.maxMessageBytes + 1)
  }
}, BUILD_MS)

const faults = [
  ['garbage', { 'bad-encoding': 1 }],
  ['crowd', { 'too-many-records': 1 }],
  ['stranger', { 'sender-mismatch': 1 }],
  ['inside', { 'hop-zero-inside': 1 }],
  ['cut', { truncated: 1 }],
  // More than any message has is not even read to its end.
  ['endless', {}]
] as const

describe.skipIf(!hasGo)(`a Go peer that asks with what is no exchange${skipped}`, () => {
  it.each(faults)('%s: its stream is reset, and the reason counted', async (what, reasons) => {
    const host = await start()
    const [go, honest] = [await GoPeer.start(program), await GoPeer.start(program)]
    await honest.do('bootstrap', { ns: NS, peers: addresses(host) })
    const asked = await go.do('write', { ns: NS, peers: addresses(host), bytes: bytes[what] })
    expect(asked.reset).toBe(true)
    expect(Buffer.from(asked.answer ?? '', 'base64').length).toBe(0)
    expect(host.services.pex.rejections).toEqual(reasons)
    // Identify has told who the other is, so its record may be in the view as well.
    expect(known(host)).toContain(honest.id)
    expect(streams(host)).toBe(0)
    await honest.do('bootstrap', { ns: NS, peers: addresses(host) })
    expect(host.getConnections(), 'nobody was cut off').toHaveLength(2)
  })

  it('is heard again when it keeps to it', async () => {
    const host = await start()
    const go = await GoPeer.start(program)
    for (const each of [bytes.garbage, bytes.crowd, bytes.endless])
      await go.do('write', { ns: NS, peers: addresses(host), bytes: each })
    await go.do('bootstrap', { ns: NS, peers: addresses(host) })
    expect(known(host)).toEqual([go.id])
    expect(await go.view(NS)).toEqual([idOf(host)])
  })
})

describe.skipIf(!hasGo)(`a Go peer that answers with what is no exchange${skipped}`, () => {
  it.each(faults)('%s: the exchange fails, and the next peer is asked', async (what, reasons) => {
    const [go, honest] = [await GoPeer.start(program), await GoPeer.start(program)]
    await go.do('serve', { ns: NS, bytes: bytes[what] })
    await honest.do('advertise', { ns: NS })
    const host = await start()
    const failed: string[] = []
    host.services.pex.addEventListener('exchange:fail', ({ detail }) => failed.push(detail.error.code))
    const none = host.services.pex.join(NS, { bootstrap: go.addresses })
    await expect(none).rejects.toMatchObject({ code: 'PEX_NO_PEER_FOUND' })
    // It may be asked once more: identify has told that it speaks the protocol.
    expect([...new Set(failed)]).toEqual([what === 'endless' ? 'PEX_UNREACHABLE' : 'PEX_REJECTED'])
    expect(Object.keys(host.services.pex.rejections)).toEqual(Object.keys(reasons))
    await host.services.pex.join(NS, { bootstrap: [...go.addresses, ...honest.addresses] })
    // Identify has told who the other is, so its record may be in the view as well.
    expect(known(host)).toContain(honest.id)
  })
})
