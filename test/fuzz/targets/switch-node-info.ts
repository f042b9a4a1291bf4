/** What CometBFT's nodes say of themselves. */
import {
  compatibility,
  decodeNodeInfo,
  encodeNodeInfo,
  hostOf,
  MAX_NODE_INFO_BYTES,
  validateNodeInfo
} from '@pex/switch'
import type { NodeInfo } from '@pex/switch'
import { below } from '@pex/core'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const info: NodeInfo = {
  protocol: { p2p: 8, block: 11, app: 0 },
  id: '0123456789abcdef0123456789abcdef01234567',
  listenAddress: 'tcp://192.0.2.1:26656',
  network: 'chain-1',
  version: '0.38.12',
  channels: [0, 0x20, 0x40],
  moniker: 'a node',
  txIndex: 'on',
  rpcAddress: 'tcp://127.0.0.1:26657'
}

export const target: Target = () => ({
  seeds: [encodeNodeInfo(info), encodeNodeInfo({ ...info, txIndex: '', rpcAddress: '', channels: [] })],
  make: rng =>
    encodeNodeInfo({
      ...info,
      protocol: { p2p: below(rng, 9), block: rng(), app: rng() * below(rng, 2 ** 21) },
      moniker: 'é \n~'.slice(below(rng, 4)),
      listenAddress: ['[::1]:1', 'host.example:65536', ':26656', 'a@b:1'][below(rng, 4)]!,
      channels: Array.from({ length: below(rng, 20) }, () => below(rng, 256))
    }),
  maxBytes: MAX_NODE_INFO_BYTES + 100,
  check(input) {
    const decoded = twice(input, decodeNodeInfo)
    if (typeof decoded === 'string') return decoded
    mustEqual(decodeNodeInfo(encodeNodeInfo(decoded)), decoded, 'written and read again')
    compatibility(info, decoded)
    const fault = validateNodeInfo(decoded)
    if (fault !== undefined) return fault
    must(
      decoded.channels.length <= 16 && hostOf(decoded.listenAddress) !== undefined,
      'it is not as it should be'
    )
    return validateNodeInfo(decoded, info.id) ?? 'valid'
  }
})
