/** What nodes of the Tendermint family say of themselves. */
import { decodeNodeInfo, encodeNodeInfo, MAX_NODE_INFO_BYTES, validateNodeInfo } from '@pex/switch'
import type { NodeInfo } from '@pex/switch'
import { bytes, varint } from '../family.ts'
import type { Family } from '../family.ts'

const id = '0123456789abcdef0123456789abcdef01234567'
const info: NodeInfo = {
  protocol: { p2p: 8, block: 11, app: 0 },
  id,
  listenAddress: 'tcp://192.0.2.1:26656',
  network: 'chain',
  version: '0.38.12',
  channels: [0],
  moniker: 'node',
  txIndex: 'on',
  rpcAddress: ''
}
const whole = encodeNodeInfo(info)
const said = (change: Partial<NodeInfo>): Uint8Array => encodeNodeInfo({ ...info, ...change })

export const family: Family = {
  judge(input) {
    const read = decodeNodeInfo(input)
    return typeof read === 'string' ? read : (validateNodeInfo(read, id) ?? 'accepted')
  },
  faults: {
    'malformed--text': bytes('node'),
    'malformed--cut': whole.slice(0, -1),
    'malformed--id-is-a-varint': bytes(0x10, 1),
    'malformed--id-is-no-utf-8': bytes(whole, 0x12, 1, 0xff),
    'malformed--moniker-is-half-a-surrogate': bytes(whole, 0x3a, 3, 0xed, 0xa0, 0x80),
    'malformed--version-is-bytes': bytes(10, 3, 10, 1, 1),
    'malformed--other-is-cut-within': bytes(whole, 0x42, 2, 10, 9),
    'malformed--length-of-2-to-32': bytes(0x12, varint(2n ** 32n)),
    'malformed--length-of-2-to-64': bytes(0x12, varint(2n ** 64n - 1n)),
    'oversize--one-byte-more': new Uint8Array(MAX_NODE_INFO_BYTES + 1),
    'oversize--a-long-moniker': said({ moniker: 'a'.repeat(11_000) }),
    'wrong-id--another-ones': said({ id: 'f'.repeat(40) }),
    'bad-id--nothing': bytes(),
    'bad-id--39-digits': said({ id: id.slice(1) }),
    'bad-id--41-digits': said({ id: `${id}0` }),
    'bad-id--capitals': said({ id: id.toUpperCase() }),
    'bad-id--no-digits': said({ id: 'g'.repeat(40) }),
    'bad-id--newline-behind': said({ id: `${id}\n` }),
    'bad-listen-address--none': said({ listenAddress: '' }),
    'bad-listen-address--no-port': said({ listenAddress: '192.0.2.1' }),
    'bad-listen-address--port-65536': said({ listenAddress: '192.0.2.1:65536' }),
    'bad-listen-address--brackets-around-nothing': said({ listenAddress: '[]:1' }),
    'bad-listen-address--no-ip-in-brackets': said({ listenAddress: '[::g]:1' }),
    'bad-listen-address--with-a-user': said({ listenAddress: 'a@192.0.2.1:1' }),
    'bad-version--newline': said({ version: '0.38\n' }),
    'bad-version--blank': said({ version: ' ' }),
    'too-many-channels--17': said({ channels: Array.from({ length: 17 }, (_, i) => i) }),
    'too-many-channels--256': said({ channels: Array.from({ length: 256 }, (_, i) => i) }),
    'duplicate-channel--twice': said({ channels: [1, 2, 1] }),
    'bad-moniker--none': said({ moniker: '' }),
    'bad-moniker--blanks': said({ moniker: '   ' }),
    'bad-moniker--not-ascii': said({ moniker: 'nœud' }),
    'bad-moniker--right-to-left': said({ moniker: 'a\u202eb' }),
    'bad-moniker--escape': said({ moniker: '\u001b[2J' }),
    'bad-tx-index--yes': said({ txIndex: 'yes' }),
    'bad-tx-index--capitals': said({ txIndex: 'ON' }),
    'bad-rpc-address--not-ascii': said({ rpcAddress: 'é' }),
    'bad-rpc-address--zero': said({ rpcAddress: 'a\0' })
  }
}
