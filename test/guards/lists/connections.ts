/** Secret connections, multiplexing, and the switch that keeps them. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const link = ['mconnection', 'mconnection-end', 'packets.property', 'frames']
const secret = ['secret-connection', 'faulty', 'vectors']
const door = ['door', 'switch', 'parts', 'dialling']
const info = ['node-info', 'handshake', 'parts']

export const connections: readonly Listed[] = [
  ...area('packages/mconnection', [
    {
      name: 'a frame holds what fits it',
      threat: 'T13',
      file: 'frames.ts',
      find: 'if (length > FRAME_DATA) {',
      replace: 'if (length < 0) {',
      tests: ['frames', ...secret]
    },
    {
      name: 'a message of a channel is of bounded length',
      threat: 'T13',
      file: 'inlet.ts',
      find: "if (length > this.#max) return 'message-oversize'",
      replace: '',
      tests: link
    },
    {
      name: 'a packet is of bounded length',
      threat: 'T13',
      file: 'parser.ts',
      find: "if (this.#length > this.#max) this.#fault = 'oversize'\n    else if",
      replace: 'if',
      tests: link
    },
    {
      name: 'the length of a packet has so many bytes',
      threat: 'T13',
      file: 'parser.ts',
      find: "else if (this.#digits === MAX_VARINT_BYTES) this.#fault = 'bad-varint'",
      replace: '',
      tests: link
    },
    {
      name: 'a pong has a deadline',
      threat: 'T14',
      file: 'keepalive.ts',
      find: 'else this.#events.onTimeout()',
      replace: '',
      tests: link
    },
    {
      name: 'an unknown channel ends the connection',
      threat: 'T13',
      file: 'receiver.ts',
      find: "if (inlet === undefined) throw rejected('unknown-channel')",
      replace: 'if (inlet === undefined) return undefined',
      tests: link
    },
    {
      name: 'what arrives too fast waits',
      threat: 'T25',
      file: 'receiver.ts',
      find: 'if (waitMs > 0) await this.#held(this.#pause(waitMs))',
      replace: '',
      tests: link
    },
    {
      name: 'the signature of a node is verified',
      threat: 'T1',
      file: 'secret-connection.ts',
      find: "if (!primitives.verify(auth.publicKey, challenge, auth.signature)) throw rejected('bad-signature')",
      replace: '',
      tests: secret
    },
    {
      name: 'our own key is not taken back',
      threat: 'T1',
      file: 'secret-connection.ts',
      find: "if (order === 0) throw rejected('own-key')",
      replace: '',
      tests: secret
    },
    {
      name: 'a key of low order is refused',
      threat: 'T1',
      file: 'secret-connection.ts',
      find: "if (secret === undefined) throw rejected('low-order-key')",
      replace: '',
      tests: secret
    },
    {
      name: 'a signature key of small order is refused',
      threat: 'T1',
      file: 'handshake.ts',
      find: 'if (key === undefined || isSmallOrder(key))',
      replace: 'if (key === undefined)',
      tests: secret
    },
    {
      name: 'the node at the other end is who was meant',
      threat: 'T1',
      file: 'secret-connection.ts',
      find: 'if (expected !== undefined && expected !== remoteId) {',
      replace: 'if (expected !== undefined && remoteId === undefined) {',
      tests: secret
    },
    {
      name: 'a secret handshake has a deadline',
      threat: 'T14',
      file: 'secret-connection.ts',
      find: 'const cancel = clock.after(handshakeMs, () => {',
      replace: 'const cancel = clock.after(1e9 + handshakeMs, () => {',
      tests: secret
    },
    {
      name: 'words of a secret handshake are of bounded length',
      threat: 'T13',
      file: 'secret-connection.ts',
      find: 'clear.read(MAX_HANDSHAKE_BYTES)',
      replace: 'clear.read(2 ** 30)',
      tests: secret
    },
    {
      name: 'words behind the seal are of bounded length',
      threat: 'T13',
      file: 'secret-connection.ts',
      find: 'proof.read(MAX_HANDSHAKE_BYTES)',
      replace: 'proof.read(2 ** 30)',
      tests: secret
    }
  ]),
  ...area('packages/switch', [
    {
      name: 'a second call from one address is refused',
      threat: 'T25',
      file: 'door.ts',
      find: "if (!allowDuplicateIp && unconditionalIds.size === 0 && peers.hasIp(ip)) return 'duplicate-ip'",
      replace: '',
      tests: door
    },
    {
      name: 'a second peer at one address is refused',
      threat: 'T25',
      file: 'peer-keeper.ts',
      find: "if (!options.allowDuplicateIp && peers.hasIp(socket.ip)) return 'duplicate-ip'",
      replace: '',
      tests: door
    },
    {
      name: 'inbound peers are bounded',
      threat: 'T25',
      file: 'peer-keeper.ts',
      find: "? peers.counted('inbound') >= options.maxInbound",
      replace: "? peers.counted('inbound') < 0",
      tests: door
    },
    {
      name: 'outbound peers are bounded',
      threat: 'T25',
      file: 'peer-keeper.ts',
      find: ": peers.counted('outbound') >= options.maxOutbound && !isPersistent(id)",
      replace: ": peers.counted('outbound') < 0 && !isPersistent(id)",
      tests: door
    },
    {
      name: 'a peer is there once',
      threat: 'T25',
      file: 'peer-keeper.ts',
      find: "if (peers.has(id)) return 'duplicate'",
      replace: '',
      tests: [...door, 'crossing']
    },
    {
      name: 'room is looked for again after what took time',
      threat: 'T28',
      file: 'peer-keeper.ts',
      find: 'const refusal = this.refusal(link)\n      if (refusal !== undefined) throw refusedAs(refusal)\n      return',
      replace: 'return',
      tests: [...door, 'crossing']
    },
    {
      name: 'ranges of addresses are bounded',
      threat: 'T25',
      file: 'ip-ranges.ts',
      find: '(this.#counts.get(key) ?? 0) < most)',
      replace: '(this.#counts.get(key) ?? 0) < most + 1e9)',
      tests: door
    },
    {
      name: 'a switch does not call itself',
      threat: 'T18',
      file: 'dialling.ts',
      find: "if (id === self || this.isOwn(socket)) return 'self'",
      replace: '',
      tests: door
    },
    {
      name: 'a switch at the other end is not ourselves',
      threat: 'T1',
      file: 'handshake.ts',
      find: 'if (remoteId === nodeIdOf(key.publicKey, primitives && { primitives }))',
      replace: "if (remoteId === '')",
      tests: [...info, ...door]
    },
    {
      name: 'a peer is who was called',
      threat: 'T1',
      file: 'handshake.ts',
      find: 'if (expected !== undefined && remoteId !== expected)',
      replace: "if (expected === '')",
      tests: [...info, ...door]
    },
    {
      name: 'peers of another chain are refused',
      threat: 'T1',
      file: 'node-info.ts',
      find: "if (ours.network !== theirs.network) return 'wrong-network'",
      replace: '',
      tests: info
    },
    {
      name: 'node info has a deadline',
      threat: 'T14',
      file: 'handshake.ts',
      find: 'const cancel = clock.after(handshakeMs, () => controller.abort(late))',
      replace: 'const cancel = clock.after(1e9 + handshakeMs, () => controller.abort(late))',
      tests: [...info, ...door]
    },
    {
      name: 'node info is of bounded length',
      threat: 'T13',
      file: 'handshake.ts',
      find: 'stream.read(MAX_NODE_INFO_BYTES,',
      replace: 'stream.read(2 ** 30,',
      tests: info
    },
    {
      name: 'node info is of who proved to be there',
      threat: 'T1',
      file: 'node-info.ts',
      find: "return id === undefined || id === info.id ? undefined : 'wrong-id'",
      replace: 'return undefined',
      tests: info
    },
    {
      name: 'channels are counted',
      threat: 'T17',
      file: 'node-info.ts',
      find: "if (info.channels.length > MAX_CHANNELS) return 'too-many-channels'",
      replace: '',
      tests: info
    },
    {
      name: 'a moniker is printable',
      threat: 'T13',
      file: 'node-info.ts',
      find: "if (!isPrintable(info.moniker)) return 'bad-moniker'",
      replace: '',
      tests: info
    },
    {
      name: 'filters are asked',
      threat: 'T25',
      file: 'filters.ts',
      find: "if (!all.every(answer => answer)) throw refused('a filter does not want it')",
      replace: '',
      tests: [...door, 'reactor']
    },
    {
      name: 'filters have a deadline',
      threat: 'T14',
      file: 'filters.ts',
      find: 'const cancel = clock.after(FILTER_MS,',
      replace: 'const cancel = clock.after(1e9 + FILTER_MS,',
      tests: [...door, 'reactor']
    },
    {
      name: 'a call over TCP has a deadline',
      threat: 'T14',
      file: 'dialling.ts',
      find: 'const cancel = clock.after(options.dialMs,',
      replace: 'const cancel = clock.after(1e9 + options.dialMs,',
      tests: door
    },
    {
      name: 'waits for a persistent peer are bounded',
      threat: 'T3',
      file: 'persistent.ts',
      find: 'return Math.min(1_000 * BASE ** (tries - QUICK_TRIES + 1), this.#parts.maxReconnectMs)',
      replace: 'return 1_000 * BASE ** (tries - QUICK_TRIES + 1)',
      tests: ['persistent']
    }
  ])
]
