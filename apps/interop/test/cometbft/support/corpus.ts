/** Messages as honest nodes write them, and damaged ones, from a seed. */
import { dialects } from '@pex/cometbft'
import { field, merged, varintField } from '@pex/mconnection/protobuf'
import { encodeNodeInfo } from '@pex/switch'
import type { NodeInfo } from '@pex/switch'
import { seeded } from '@pex/testkit'

let rng = seeded(7)
const upTo = (n: number): number => rng() % n
const one = <T>(all: readonly T[]): T => all[upTo(all.length)]!
const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => upTo(256))
const utf8 = new TextEncoder()

const ids = ['730a5edc28c2f8daf2d9dce3a01d5f205e35e555', 'b28baab33e1f95a78c7e9547554c3e95a2e38030', '1', '']
const ips = [
  '127.0.0.1',
  '1.2.3.4',
  '0.0.0.0',
  '255.255.255.255',
  '::1',
  '::',
  '2001:db8::1',
  '2001:DB8:0:0:1::1',
  '::ffff:1.2.3.4',
  '::1.2.3.4',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:1.2.3.4',
  '1::',
  // None of these is one.
  '',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4 ',
  '1.2.3.4.5',
  'fe80::1%eth0',
  ':::',
  '1:2:3:4:5:6:7:8:9',
  '[::1]',
  '::1::',
  '12345::',
  'localhost'
]
const ports = [0, 1, 26_656, 65_535, 65_536, 100_000]

function entry(): Uint8Array {
  const parts = [
    field(1, utf8.encode(one(ids))),
    field(2, utf8.encode(one(upTo(4) === 0 ? ips : ips.slice(0, 13)))),
    varintField(3, one(upTo(8) === 0 ? ports : ports.slice(0, 4)))
  ]
  return merged(...parts.filter(() => upTo(16) > 0))
}

function pexMessage(): Uint8Array {
  switch (upTo(8)) {
    case 0:
      return dialects.cometbft.request()
    case 1:
      return merged(pexMessage(), pexMessage())
    case 2:
      return field(1 + upTo(5), bytes(upTo(6)))
    default:
      return field(2, merged(...Array.from({ length: upTo(4) }, () => field(1, entry()))))
  }
}

/** Cuts, doubles, swaps and flips, none to three times. */
function damaged(whole: Uint8Array): Uint8Array {
  let now = whole
  for (let times = upTo(4); times > 0 && now.length > 0; times--) {
    const at = upTo(now.length)
    const [before, after] = [now.subarray(0, at), now.subarray(at)]
    const kind = upTo(5)
    if (kind === 0) now = before
    else if (kind === 1) now = merged(before, bytes(1 + upTo(3)), after)
    else if (kind === 2) now = merged(before, after.subarray(1))
    else if (kind === 3) now = merged(now, before)
    else now = now.map((byte, i) => (i === at ? byte ^ (1 << upTo(8)) : byte))
  }
  return now
}

export function pexCorpus(count: number): readonly Uint8Array[] {
  rng = seeded(7)
  return Array.from({ length: count }, () => damaged(pexMessage()))
}

export const ours: NodeInfo = {
  protocol: { p2p: 8, block: 11, app: 0 },
  id: ids[0]!,
  listenAddress: 'tcp://127.0.0.1:26656',
  network: 'interop-1',
  version: '0.38.12',
  channels: [0],
  moniker: 'node',
  txIndex: 'on',
  rpcAddress: 'tcp://0.0.0.0:26657'
}

const listens = [
  ...ips.slice(0, 11).map(ip => `tcp://${ip.includes(':') ? `[${ip}]` : ip}:26656`),
  '127.0.0.1:1',
  '127.0.0.1:0',
  '127.0.0.1:65536',
  '127.0.0.1:-1',
  '127.0.0.1:+1',
  '127.0.0.1:',
  '127.0.0.1:01',
  '127.0.0.1',
  ':26656',
  '',
  '::1:26656',
  '[::1]26656',
  'udp://127.0.0.1:1',
  '://127.0.0.1:1',
  'tcp://tcp://127.0.0.1:1',
  'a@127.0.0.1:1',
  'tcp://127.0.0.1:1/path',
  'tcp://127.0.0.1:1 ',
  ' 127.0.0.1:1'
]
const texts = ['', 'node', 'a b', ' ', ' x', '~', '\t', 'höhle', 'a\0b', '\x7F', 'x'.repeat(300)]

function nodeInfo(): NodeInfo {
  const info = { ...ours }
  if (upTo(2) === 0) info.listenAddress = one(listens)
  if (upTo(3) === 0) info.moniker = one(texts)
  if (upTo(3) === 0) info.version = one(texts)
  if (upTo(4) === 0) info.rpcAddress = one(texts)
  if (upTo(8) === 0) info.txIndex = one(['', 'on', 'off', 'ON', 'maybe'])
  if (upTo(8) === 0) info.id = one([...ids, ids[0]!.toUpperCase(), ids[0]!.slice(1), `${ids[0]!}0`])
  if (upTo(8) === 0) info.network = one(['', 'interop-2', 'interop-1 ', 'interop-1\0'])
  if (upTo(8) === 0) info.channels = one([[], [0, 0], [1], [1, 0], Array.from({ length: 16 }, (_, i) => i)])
  if (upTo(8) === 0) info.protocol = { p2p: upTo(300), block: one([10, 11, 12]), app: upTo(1e9) }
  return info
}

export function infoCorpus(count: number): readonly Uint8Array[] {
  rng = seeded(8)
  const make = (): Uint8Array => {
    const whole = encodeNodeInfo(nodeInfo())
    return upTo(4) === 0 ? damaged(whole) : whole
  }
  return Array.from({ length: count }, make)
}
