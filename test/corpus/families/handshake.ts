/** The first message of a SecretConnection, as a stranger sends it; this side's own key is that of a fixed seed. */
import { ConnectionError, nodeKey, secretConnection } from '@pex/mconnection'
import { delimited } from '@pex/mconnection/protobuf'
import { virtualClock } from '@pex/testkit'
import { encodeEphemeral } from '../../../packages/mconnection/src/handshake.ts'
import { primitives } from '../../../packages/mconnection/src/platform.ts'
import { bytes, extremes, varint } from '../family.ts'
import type { Family } from '../family.ts'

const ephemeral = primitives.keyPair(new Uint8Array(32).fill(1))
const key = nodeKey(new Uint8Array(32).fill(2))
const theirs = primitives.keyPair(new Uint8Array(32).fill(3)).publicKey
const say = (message: Uint8Array): Uint8Array => delimited(message)
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** Points of low order of Curve25519, little end first. */
const lowOrder: readonly (readonly [name: string, point: Uint8Array])[] = [
  ['0', new Uint8Array(32)],
  ['1', bytes(1, new Uint8Array(31))],
  ['order-8', hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800')],
  ['order-8-other', hex('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157')],
  ['p-less-1', hex(`ec${'ff'.repeat(30)}7f`)],
  ['p', hex(`ed${'ff'.repeat(30)}7f`)],
  ['p-and-1', hex(`ee${'ff'.repeat(30)}7f`)]
]

export const family: Family = {
  async judge(input) {
    const nothing = async (): Promise<void> => {}
    async function* source(): AsyncGenerator<Uint8Array> {
      yield input
    }
    const duplex = { source: source(), write: nothing, close: nothing, abort: () => {} }
    try {
      await secretConnection(duplex, { key, ephemeral, clock: virtualClock() })
      return 'accepted'
    } catch (error) {
      return error instanceof ConnectionError ? (error.fault ?? error.code) : 'thrown'
    }
  },
  faults: {
    'bad-key-length--nothing': say(bytes()),
    'bad-key-length--31-bytes': say(encodeEphemeral(theirs.slice(1))),
    'bad-key-length--33-bytes': say(encodeEphemeral(bytes(theirs, 0))),
    'bad-key-length--64-bytes': say(encodeEphemeral(bytes(theirs, theirs))),
    'own-key--thrown-back': say(encodeEphemeral(ephemeral.publicKey)),
    ...Object.fromEntries(
      lowOrder.map(([name, point]) => [`low-order-key--${name}`, say(encodeEphemeral(point))])
    ),
    'malformed--no-message': say(bytes('peer')),
    'malformed--a-varint-in-the-keys-place': say(bytes(8, 1)),
    'malformed--length-beyond-the-end': say(bytes(10, 32, 1, 2)),
    'oversize--1-025-bytes': say(new Uint8Array(1_025)),
    'oversize--a-mebibyte': varint(2 ** 20),
    ...Object.fromEntries(extremes.map(([name, value]) => [`oversize--${name}`, varint(value)])),
    'bad-varint--never-ends': new Uint8Array(20).fill(0x80),
    'bad-frame--behind-a-good-key': bytes(say(encodeEphemeral(theirs)), new Uint8Array(1_044)),
    'bad-frame--text-behind-a-good-key': bytes(say(encodeEphemeral(theirs)), 'a'.repeat(1_044)),
    'truncated--within-the-key': say(encodeEphemeral(theirs)).slice(0, 20),
    'truncated--within-the-first-frame': bytes(say(encodeEphemeral(theirs)), new Uint8Array(500))
  }
}
