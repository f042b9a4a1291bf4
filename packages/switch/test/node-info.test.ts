/** NodeInfo: the bytes that Go writes, and every rule of CometBFT's for what may stand in it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { field, merged, varintField } from '@pex/mconnection/protobuf'
import { compatibility, decodeNodeInfo, encodeNodeInfo, hostOf, validateNodeInfo } from '../src/index.ts'
import type { NodeInfo } from '../src/index.ts'

const js: NodeInfo = {
  protocol: { p2p: 8, block: 11, app: 0 },
  id: '730a5edc28c2f8daf2d9dce3a01d5f205e35e555',
  listenAddress: 'tcp://127.0.0.1:26656',
  network: 'pex-test',
  version: '0.0.1',
  channels: [0],
  moniker: 'js',
  txIndex: '',
  rpcAddress: ''
}
const go: NodeInfo = {
  ...js,
  id: 'b28baab33e1f95a78c7e9547554c3e95a2e38030',
  version: '0.38.0',
  moniker: 'go',
  txIndex: 'on',
  rpcAddress: 'tcp://0.0.0.0:26657'
}
const goBytes =
  '0a040808100b1228623238626161623333653166393561373863376539353437353534633365393561326533383033301a157463703a2f2f3132372e302e302e313a323636353622087065782d746573742a06302e33382e303201003a02676f42190a026f6e12137463703a2f2f302e302e302e303a3236363537'
const jsBytes =
  '0a040808100b1228373330613565646332386332663864616632643964636533613031643566323035653335653535351a157463703a2f2f3132372e302e302e313a323636353622087065782d746573742a05302e302e313201003a026a734200'

describe('the bytes of a node info', () => {
  it.each([
    ['this package', js, jsBytes],
    ['Go', go, goBytes]
  ])('are those that CometBFT 0.38 and 1.0 agree on for %s', (_, info, hex) => {
    expect(Buffer.from(encodeNodeInfo(info)).toString('hex')).toBe(hex)
    expect(decodeNodeInfo(Buffer.from(hex, 'hex'))).toEqual(info)
  })

  it('mean the same in any order, with fields that are not known, and with an inner message in pieces', () => {
    const whole = encodeNodeInfo(go)
    const version = [varintField(1, 8), varintField(2, 11)].map(part => field(1, part))
    const mixed = merged(field(9, Uint8Array.of(1, 2)), varintField(15, 7), whole.subarray(6), ...version)
    expect(decodeNodeInfo(mixed)).toEqual(go)
  })

  it('mean what stands in them last', () => {
    const twice = merged(encodeNodeInfo(js), field(7, new TextEncoder().encode('later')))
    expect(decodeNodeInfo(twice)).toEqual({ ...js, moniker: 'later' })
  })

  it.each([
    ['a text that is a number', merged(encodeNodeInfo(js), varintField(2, 1))],
    ['a text that is no UTF-8', merged(encodeNodeInfo(js), field(4, Uint8Array.of(0xff)))],
    ['an inner version that is a text', field(1, field(2, Uint8Array.of(1)))],
    ['an inner setting that is a number', field(8, varintField(1, 1))],
    ['a field that ends early', encodeNodeInfo(js).subarray(0, 40)]
  ])('are refused where there is %s', (_, bytes) => {
    expect(decodeNodeInfo(bytes)).toBe('malformed')
  })

  it('are at most 10 240', () => {
    const room = 10_240 - encodeNodeInfo({ ...js, moniker: 'x'.repeat(5_000) }).length
    const most = encodeNodeInfo({ ...js, moniker: 'x'.repeat(5_000 + room) })
    expect(most).toHaveLength(10_240)
    expect(decodeNodeInfo(most)).toBeTypeOf('object')
    expect(decodeNodeInfo(merged(most, varintField(9, 1)))).toBe('oversize')
  })

  it('can be anything without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const found = decodeNodeInfo(bytes)
        if (typeof found !== 'string') expect(decodeNodeInfo(encodeNodeInfo(found))).toEqual(found)
      })
    )
  })

  it('say what was written into them, whatever that is', () => {
    const info = fc.record({
      protocol: fc.record({ p2p: fc.nat(), block: fc.nat(), app: fc.maxSafeNat() }),
      id: fc.string(),
      listenAddress: fc.string({ unit: 'binary' }),
      network: fc.string({ unit: 'binary' }),
      version: fc.string(),
      channels: fc.array(fc.nat(255), { maxLength: 20 }),
      moniker: fc.string(),
      txIndex: fc.string(),
      rpcAddress: fc.string()
    })
    const comesBack = fc.property(info, given => {
      expect(decodeNodeInfo(encodeNodeInfo(given))).toEqual(given)
    })
    fc.assert(comesBack, { numRuns: 50 })
  })
})

describe('a node info is', () => {
  it.each<[string, Partial<NodeInfo>]>([
    ['as it comes', {}],
    ['a version that is not given', { version: '' }],
    ['a host name that nobody has looked up', { listenAddress: 'seed.example.com:26656' }],
    ['IPv6', { listenAddress: 'tcp://[2001:db8::1]:26656' }],
    ['an unspecified address, which nobody dials', { listenAddress: 'tcp://0.0.0.0:0' }],
    ['no channels', { channels: [] }],
    ['sixteen channels', { channels: Array.from({ length: 16 }, (_, i) => i) }],
    ['an index that is off', { txIndex: 'off' }],
    ['another network, which is not its own fault', { network: '' }]
  ])('valid with %s', (_, change) => {
    expect(validateNodeInfo({ ...js, ...change }, js.id)).toBeUndefined()
  })

  it.each<[NonNullable<ReturnType<typeof validateNodeInfo>>, string, Partial<NodeInfo>]>([
    ['bad-id', 'in upper case', { id: js.id.toUpperCase() }],
    ['bad-id', 'too short', { id: js.id.slice(1) }],
    ['wrong-id', 'not that of the key', { id: go.id }],
    ['bad-listen-address', 'missing', { listenAddress: '' }],
    ['bad-listen-address', 'without a port', { listenAddress: 'tcp://127.0.0.1' }],
    ['bad-listen-address', 'without a host', { listenAddress: 'tcp://:26656' }],
    ['bad-listen-address', 'of too high a port', { listenAddress: '127.0.0.1:65536' }],
    ['bad-listen-address', 'with an id', { listenAddress: `${js.id}@127.0.0.1:26656` }],
    ['bad-listen-address', 'of IPv6 without brackets', { listenAddress: '2001:db8::1:26656' }],
    ['bad-listen-address', 'of a host with blanks', { listenAddress: 'my host:26656' }],
    ['bad-version', 'blank', { version: '  ' }],
    ['bad-version', 'with a tab', { version: '1\t0' }],
    ['too-many-channels', 'seventeen', { channels: Array.from({ length: 17 }, (_, i) => i) }],
    ['duplicate-channel', 'twice', { channels: [0, 32, 0] }],
    ['bad-moniker', 'missing', { moniker: '' }],
    ['bad-moniker', 'blank', { moniker: '   ' }],
    ['bad-moniker', 'not ASCII', { moniker: 'nœud' }],
    ['bad-moniker', 'with a line break at its end', { moniker: 'node\n' }],
    ['bad-tx-index', 'neither on nor off', { txIndex: 'yes' }],
    ['bad-rpc-address', 'blank', { rpcAddress: ' ' }],
    ['bad-rpc-address', 'not printable', { rpcAddress: 'tcp://\u0007:1' }]
  ])('refused for %s: %s', (fault, _, change) => {
    expect(validateNodeInfo({ ...js, ...change }, js.id)).toBe(fault)
  })
})

describe('two nodes suit each other', () => {
  it('whatever their p2p and app versions are', () => {
    expect(compatibility(js, { ...go, protocol: { p2p: 9, block: 11, app: 5 } })).toBeUndefined()
  })

  it.each<[string, Partial<NodeInfo>]>([
    ['wrong-block', { protocol: { p2p: 8, block: 10, app: 0 } }],
    ['wrong-network', { network: 'pex-test-2' }],
    ['no-common-channel', { channels: [0x20, 0x21] }]
  ])('unless %s', (refusal, change) => {
    expect(compatibility(js, { ...go, ...change })).toBe(refusal)
  })

  it('with no channels of ours, whatever theirs are', () => {
    expect(compatibility({ ...js, channels: [] }, { ...go, channels: [9] })).toBeUndefined()
    expect(compatibility(js, { ...go, channels: [] })).toBe('no-common-channel')
  })
})

describe('a listen address', () => {
  it.each([
    ['tcp://1.2.3.4:26656', { host: '1.2.3.4', port: 26_656 }],
    ['1.2.3.4:0', { host: '1.2.3.4', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['a-b.c_d:1', { host: 'a-b.c_d', port: 1 }]
  ])('%s has a host and a port', (text, found) => {
    expect(hostOf(text)).toEqual(found)
  })
})
