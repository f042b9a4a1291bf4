/**
 * What nodes tell each other of themselves before anything else (`DefaultNodeInfo` of CometBFT's p2p package): its bytes, the
 * rules for what may stand in it, and who suits whom.
 */
import { parseIp } from '@pex/address-book'
import { field, Fields, merged, textField, textOf, varintField } from '@pex/mconnection/protobuf'

export interface NodeInfo {
  /** Only `block` is compared. */
  readonly protocol: { readonly p2p: number; readonly block: number; readonly app: number }
  /** 40 hexadecimal digits in lower case; must be that of the key that the connection is authenticated with. */
  readonly id: string
  /** `host:port`, a scheme before it allowed. */
  readonly listenAddress: string
  /** The chain id; must be equal. */
  readonly network: string
  readonly version: string
  /** Channel ids, at most 16, each once; must intersect ours. */
  readonly channels: readonly number[]
  readonly moniker: string
  readonly txIndex: string
  readonly rpcAddress: string
}

/** What is wrong with a node info, from a closed list. */
export type NodeInfoFault =
  /** Its bytes are no such message. */
  | 'malformed'
  | 'oversize'
  /** It names another id than the one that the key proves. */
  | 'wrong-id'
  | 'bad-id'
  | 'bad-listen-address'
  | 'bad-version'
  | 'too-many-channels'
  | 'duplicate-channel'
  | 'bad-moniker'
  | 'bad-tx-index'
  | 'bad-rpc-address'

/** One node info, bytes, most. From CometBFT (MaxNodeInfoSize). */
export const MAX_NODE_INFO_BYTES: number = 10_240

const MAX_CHANNELS = 16

/** The bytes, as Go writes them: fields in ascending order, both inner messages always there. */
export function encodeNodeInfo(info: NodeInfo): Uint8Array {
  const { protocol, channels } = info
  const versions = [protocol.p2p, protocol.block, protocol.app].map((value, i) => varintField(i + 1, value))
  return merged(
    field(1, merged(...versions)),
    textField(2, info.id),
    textField(3, info.listenAddress),
    textField(4, info.network),
    textField(5, info.version),
    channels.length === 0 ? new Uint8Array() : field(6, Uint8Array.from(channels)),
    textField(7, info.moniker),
    field(8, merged(textField(1, info.txIndex), textField(2, info.rpcAddress)))
  )
}

/** Reads the bytes, whatever they are; that it is well formed says nothing of what stands in it (`validateNodeInfo`). */
export function decodeNodeInfo(bytes: Uint8Array): NodeInfo | 'malformed' | 'oversize' {
  if (bytes.length > MAX_NODE_INFO_BYTES) return 'oversize'
  const found = new Map<number, Uint8Array>()
  const fields = new Fields(bytes)
  while (fields.next()) {
    if (fields.number > 8) continue
    if (fields.bytes === undefined) return 'malformed'
    // Embedded messages that come in pieces are one message; of anything else the last one counts.
    const before = fields.number === 1 || fields.number === 8 ? found.get(fields.number) : undefined
    found.set(fields.number, before === undefined ? fields.bytes : merged(before, fields.bytes))
  }
  const protocol = decodeProtocol(found.get(1))
  const other = textsOf(found.get(8))
  const texts = [2, 3, 4, 5, 7].map(number => textIn(found, number))
  if (fields.isMalformed || protocol === undefined || other === undefined) return 'malformed'
  const [id, listenAddress, network, version, moniker] = texts
  if (id === undefined || listenAddress === undefined || network === undefined) return 'malformed'
  if (version === undefined || moniker === undefined) return 'malformed'
  const channels = [...(found.get(6) ?? [])]
  return { protocol, id, listenAddress, network, version, channels, moniker, ...other }
}

/**
 * What is wrong with it by CometBFT's rules, if anything; `id` is the one that the connection is authenticated with. A name to
 * listen at is not looked up, as Go does: a stranger does not choose what this host asks its resolver.
 */
export function validateNodeInfo(info: NodeInfo, id?: string): NodeInfoFault | undefined {
  if (!/^[0-9a-f]{40}$/.test(info.id)) return 'bad-id'
  if (hostOf(info.listenAddress) === undefined) return 'bad-listen-address'
  if (info.version !== '' && !isPrintable(info.version)) return 'bad-version'
  if (info.channels.length > MAX_CHANNELS) return 'too-many-channels'
  if (new Set(info.channels).size < info.channels.length) return 'duplicate-channel'
  if (!isPrintable(info.moniker)) return 'bad-moniker'
  if (!['', 'on', 'off'].includes(info.txIndex)) return 'bad-tx-index'
  if (info.rpcAddress !== '' && !isPrintable(info.rpcAddress)) return 'bad-rpc-address'
  return id === undefined || id === info.id ? undefined : 'wrong-id'
}

/** Why the two cannot be peers; nothing where they can. Who announces no channels at all suits every network's. */
export function compatibility(
  ours: NodeInfo,
  theirs: NodeInfo
): 'wrong-block' | 'wrong-network' | 'no-common-channel' | undefined {
  if (ours.protocol.block !== theirs.protocol.block) return 'wrong-block'
  if (ours.network !== theirs.network) return 'wrong-network'
  if (ours.channels.length === 0) return undefined
  return ours.channels.some(id => theirs.channels.includes(id)) ? undefined : 'no-common-channel'
}

/** Host and port of a listen address; nothing where it is none. The host is an IP address or a name. */
export function hostOf(address: string): { readonly host: string; readonly port: number } | undefined {
  const [, v6, name, digits] =
    /^(?:[^@:]*:\/\/)?(?:\[([^\]]+)\]|([\w.-]{1,253})):(\d{1,5})$/.exec(address) ?? []
  const port = Number(digits)
  const host = v6 ?? name
  if (host === undefined || port > 65_535 || (v6 !== undefined && parseIp(v6) === undefined)) return undefined
  return { host, port }
}

function decodeProtocol(bytes: Uint8Array = new Uint8Array()): NodeInfo['protocol'] | undefined {
  const versions = [0, 0, 0, 0]
  const fields = new Fields(bytes)
  while (fields.next()) {
    if (fields.number > 3) continue
    if (fields.varint === undefined) return undefined
    versions[fields.number] = fields.varint
  }
  const [, p2p = 0, block = 0, app = 0] = versions
  return fields.isMalformed ? undefined : { p2p, block, app }
}

function textsOf(bytes: Uint8Array = new Uint8Array()): { txIndex: string; rpcAddress: string } | undefined {
  const found = new Map<number, Uint8Array>()
  const fields = new Fields(bytes)
  while (fields.next()) {
    if (fields.number > 2) continue
    if (fields.bytes === undefined) return undefined
    found.set(fields.number, fields.bytes)
  }
  const [txIndex, rpcAddress] = [textIn(found, 1), textIn(found, 2)]
  if (fields.isMalformed || txIndex === undefined || rpcAddress === undefined) return undefined
  return { txIndex, rpcAddress }
}

function textIn(found: ReadonlyMap<number, Uint8Array>, number: number): string | undefined {
  const bytes = found.get(number)
  return bytes === undefined ? '' : textOf(bytes)
}

/** ASCII from the blank to the tilde, and not only blanks. */
function isPrintable(text: string): boolean {
  return /^[ -~]*[!-~][ -~]*$/.test(text)
}
