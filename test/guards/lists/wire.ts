/** Decoders of the wires: every count and every length is held to what is there, before memory is asked for. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const message = ['corpus', 'protocol', 'message.property']
const short = ['corpus', 'short-form.property', 'message.property']
const casm = ['casm/gossip', '/packages/service/test/wires.test.ts']
const capnp = ['capnp/corpus', 'capnp/capnp', 'capnp/oracle']
const lz4 = ['lz4/lz4']

export const wire: readonly Listed[] = area('packages/wire', [
  {
    name: 'a message is measured before it is read',
    threat: 'T13',
    file: 'decode.ts',
    find: "if (bytes.length > limits.maxMessageBytes) return reject('oversize')",
    replace: '',
    tests: message
  },
  {
    name: 'an answer is of the kind that was asked for',
    threat: 'T26',
    file: 'decode.ts',
    find: "if (!answers(kind, to)) return reject('unknown-kind')",
    replace: '',
    tests: message
  },
  {
    name: 'nothing follows a message',
    threat: 'T13',
    file: 'decode.ts',
    find: "return reader.left > 0 ? reject('trailing-bytes') : undefined",
    replace: 'return undefined',
    tests: message
  },
  {
    name: 'a message has a record',
    threat: 'T13',
    file: 'descriptors.ts',
    find: "if (count === 0) return reject('no-records')",
    replace: '',
    tests: message
  },
  {
    name: 'records are counted before they are read',
    threat: 'T17',
    file: 'descriptors.ts',
    find: "if (count > limits.maxRecords) return reject('too-many-records')",
    replace: '',
    tests: message
  },
  {
    name: 'an envelope is of bounded length',
    threat: 'T13',
    file: 'descriptors.ts',
    find: "return size >>> 1 > limits.maxRecordBytes ? reject('record-oversize') : size >>> 1",
    replace: 'return size >>> 1',
    tests: message
  },
  {
    name: 'a short envelope is long enough',
    threat: 'T13',
    file: 'short-form.ts',
    find: "if (short < MIN_SHORT_BYTES) return reject('malformed-record')",
    replace: '',
    tests: short
  },
  {
    name: 'a short envelope is of bounded length when it is long',
    threat: 'T13',
    file: 'short-form.ts',
    find: "return long > limits.maxRecordBytes ? reject('record-oversize') : long",
    replace: 'return long',
    tests: short
  },
  {
    name: 'nothing is read behind the end',
    threat: 'T13',
    file: 'reader.ts',
    find: "if (length > this.left) return reject('truncated')",
    replace: '',
    tests: message
  },
  {
    name: 'a number has one form',
    threat: 'T13',
    file: 'reader.ts',
    find: "return byte === 0 && i > 0 ? reject('bad-varint') : value",
    replace: 'return value',
    tests: message
  },
  {
    name: 'a number has at most four bytes',
    threat: 'T13',
    file: 'reader.ts',
    find: 'for (let i = 0; i < MAX_VARINT_BYTES; i++)',
    replace: 'for (let i = 0; i < 99; i++)',
    tests: message
  },
  {
    name: 'picks are counted',
    threat: 'T17',
    file: 'picks.ts',
    find: "if (count > limits.maxRecords) return reject('bad-picks')",
    replace: '',
    tests: message
  },
  {
    name: 'picks are different and in range',
    threat: 'T13',
    file: 'picks.ts',
    find: "if (place >= limits.maxRecords || places.indexOf(place) !== i) return reject('bad-picks')",
    replace: "if (i > 99) return reject('bad-picks')",
    tests: message
  },
  {
    name: 'averages are counted',
    threat: 'T17',
    file: 'averages.ts',
    find: "if (count > limits.maxAverages) return reject('bad-averages')",
    replace: '',
    tests: message
  },
  {
    name: 'an average is a number in range',
    threat: 'T13',
    file: 'averages.ts',
    find: "if (!(value >= -1 && value <= 1) || Object.is(value, -0)) return reject('bad-averages')",
    replace: '',
    tests: message
  },
  {
    name: 'a gossip message is measured before it is read',
    threat: 'T13',
    file: 'casm/gossip.ts',
    find: "if (bytes.length > limits.maxMessageBytes) return reject('oversize')",
    replace: '',
    tests: casm
  },
  {
    name: 'what a gossip message unfolds to is bounded',
    threat: 'T15',
    file: 'casm/gossip.ts',
    find: '{ maxBytes: 2 * MAX_BYTES }',
    replace: '{ maxBytes: 2 ** 30 }',
    tests: casm
  },
  {
    name: 'what a packed gossip message unfolds to is bounded',
    threat: 'T17',
    file: 'casm/gossip.ts',
    find: 'const flat = unpack(packed, { maxBytes: MAX_BYTES })',
    replace: 'const flat = unpack(packed, { maxBytes: 2 ** 30 })',
    tests: casm
  },
  {
    name: 'records of a gossip message are counted',
    threat: 'T17',
    file: 'casm/gossip.ts',
    find: "if (claims.length === limits.maxRecords) return reject('too-many-records')",
    replace: '',
    tests: casm
  },
  {
    name: 'a record of a gossip message is of bounded length',
    threat: 'T13',
    file: 'casm/gossip.ts',
    find: '{ maxBytes: MAX_FLAT_BYTES }',
    replace: '{ maxBytes: 2 ** 30 }',
    tests: casm
  },
  {
    name: 'a hop of 64 bits is clamped',
    threat: 'T7',
    file: 'casm/gossip.ts',
    find: 'hop: hop < BigInt(maxHop) ? Number(hop) : maxHop,',
    replace: 'hop: Number(hop),',
    tests: casm
  },
  {
    name: 'who is only remembered is not told on the wire of casm',
    threat: 'T7',
    file: 'casm/wire.ts',
    find: 'encodeGossip(message.descriptors.filter(isHeld))',
    replace: 'encodeGossip(message.descriptors)',
    tests: casm
  },
  {
    name: 'segments are counted',
    threat: 'T17',
    file: 'capnp/message.ts',
    find: "if (count > maxSegments) return capnpReject('too-many-segments')",
    replace: '',
    tests: capnp
  },
  {
    name: 'a message of segments is of bounded length',
    threat: 'T13',
    file: 'capnp/message.ts',
    find: "if (start + length - offset > maxBytes) return capnpReject('oversize')",
    replace: '',
    tests: capnp
  },
  {
    name: 'a segment is there whole',
    threat: 'T13',
    file: 'capnp/message.ts',
    find: "if (start + length > bytes.length) return capnpReject('truncated')",
    replace: '',
    tests: capnp
  },
  {
    name: 'traversal is bounded',
    threat: 'T17',
    file: 'capnp/traversal.ts',
    find: "if (words > this.#words) return capnpReject('traversal-limit')",
    replace: '',
    tests: capnp
  },
  {
    name: 'structs nest so deep',
    threat: 'T13',
    file: 'capnp/reader.ts',
    find: "): Maybe<StructReader> {\n  if (depth < 0) return capnpReject('nesting-limit')",
    replace: '): Maybe<StructReader> {',
    tests: capnp
  },
  {
    name: 'lists nest so deep',
    threat: 'T13',
    file: 'capnp/reader.ts',
    find: "): Maybe<ListReader> {\n  if (depth < 0) return capnpReject('nesting-limit')",
    replace: '): Maybe<ListReader> {',
    tests: capnp
  },
  {
    name: 'a list of empty structs costs what it says',
    threat: 'T17',
    file: 'capnp/reader.ts',
    find: 'const spent = dataWords + pointers === 0 ? traversal.spend(length) : undefined',
    replace: 'const spent = dataWords + pointers < 0 ? traversal.spend(length) : undefined',
    tests: capnp
  },
  {
    name: 'a list of nothing costs what it says',
    threat: 'T17',
    file: 'capnp/traversal.ts',
    find: 'size === 0 ? count : words)',
    replace: 'words)',
    tests: capnp
  },
  {
    name: 'structs of a list lie in it',
    threat: 'T13',
    file: 'capnp/reader.ts',
    find: "if (length * (dataWords + pointers) > count) return capnpReject('out-of-bounds')",
    replace: '',
    tests: capnp
  },
  {
    name: 'a far pointer does not lead to another',
    threat: 'T13',
    file: 'capnp/traversal.ts',
    find: "return (padLow & 3) === 2 ? capnpReject('bad-far-pointer') : this.follow(pad)",
    replace: 'return this.follow(pad)',
    tests: capnp
  },
  {
    name: 'a pointer leads into its segment',
    threat: 'T13',
    file: 'capnp/traversal.ts',
    find: "if (offset < 0 || offset + words * WORD > segment.byteLength) return capnpReject('out-of-bounds')",
    replace: '',
    tests: capnp
  },
  {
    name: 'a pointer to nothing costs a word',
    threat: 'T17',
    file: 'capnp/traversal.ts',
    find: 'return this.spend(Math.max(cost, 1))',
    replace: 'return this.spend(cost)',
    tests: capnp
  },
  {
    name: 'what packed bytes unfold to is bounded',
    threat: 'T17',
    file: 'capnp/packing.ts',
    find: "if (length > maxBytes) return capnpReject('oversize')",
    replace: '',
    tests: capnp
  },
  {
    name: 'packed bytes are there whole',
    threat: 'T13',
    file: 'capnp/packing.ts',
    find: "return i > packed.length ? capnpReject('truncated') : length",
    replace: 'return length',
    tests: capnp
  },
  {
    name: 'nothing follows a message of segments',
    threat: 'T13',
    file: 'capnp/message.ts',
    find: "return 'end' in message && message.end !== bytes.length ? capnpReject('trailing-bytes') : message",
    replace: 'return message',
    tests: [...capnp, '/packages/discovery/test/boot.test.ts']
  },
  {
    name: 'what a frame unfolds to is bounded',
    threat: 'T15',
    file: 'lz4/frame.ts',
    find: "if (length > room) return lz4Reject('oversize')",
    replace: '',
    tests: lz4
  },
  {
    name: 'frames one after the other are counted together',
    threat: 'T15',
    file: 'lz4/frame.ts',
    find: 'scanFrame(bytes, view, at + 4, maxBytes - length)',
    replace: 'scanFrame(bytes, view, at + 4, maxBytes)',
    tests: lz4
  },
  {
    name: 'a block is of the size that its frame allows',
    threat: 'T15',
    file: 'lz4/frame.ts',
    find: "if (end - start > maxBlock) return lz4Reject('bad-block-size')",
    replace: '',
    tests: lz4
  },
  {
    name: 'a block unfolds to the size that its frame allows',
    threat: 'T15',
    file: 'lz4/frame.ts',
    find: "return length > maxBlock ? lz4Reject('bad-block-size') : {",
    replace: 'return length < 0 ? lz4Reject("bad-block-size") : {',
    tests: lz4
  },
  {
    name: 'a match lies in what was written',
    threat: 'T15',
    file: 'lz4/block.ts',
    find: "if (offset === 0 || offset > before + length) return lz4Reject('bad-offset')",
    replace: '',
    tests: lz4
  },
  {
    name: 'the checksum of a content is checked',
    threat: 'T13',
    file: 'lz4/frame.ts',
    find: "if (checksum !== undefined && xxh32(out, first, to) !== checksum) return lz4Reject('content-checksum')",
    replace: '',
    tests: lz4
  },
  {
    name: 'the checksum of a header is checked',
    threat: 'T13',
    file: 'lz4/frame.ts',
    find: "if (((xxh32(bytes, start, end) >>> 8) & 0xff) !== bytes[end]) return lz4Reject('header-checksum')",
    replace: '',
    tests: lz4
  },
  {
    name: 'the checksum of a block is checked',
    threat: 'T13',
    file: 'lz4/frame.ts',
    find: "if (view.getUint32(end, true) !== xxh32(bytes, start, end)) return lz4Reject('block-checksum')",
    replace: '',
    tests: lz4
  },
  {
    name: 'a content has the size that its frame says',
    threat: 'T15',
    file: 'lz4/frame.ts',
    find: "if (contentSize !== undefined && contentSize !== length) return lz4Reject('content-size')",
    replace: '',
    tests: lz4
  },
  {
    name: 'no dictionary is made up',
    threat: 'T13',
    file: 'lz4/frame.ts',
    find: "if ((flags & flag.dictionary) !== 0) return lz4Reject('dictionary')",
    replace: '',
    tests: lz4
  }
])
