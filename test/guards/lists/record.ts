/** Signed records: what a stranger says of itself or of others. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const verify = ['verify', 'mutation']

export const record: readonly Listed[] = area('packages/record', [
  {
    name: 'a record is measured before it is read',
    threat: 'T13',
    file: 'verify.ts',
    find: "if (window.length > limits.maxRecordBytes) return reject('record-oversize')",
    replace: '',
    tests: verify
  },
  {
    name: 'only one encoding of a record counts',
    threat: 'T1',
    file: 'verify.ts',
    find: 'if (envelope === undefined || !equals(envelope.marshal(), bytes))',
    replace: 'if (envelope === undefined)',
    tests: verify
  },
  {
    name: 'a payload of another type is no record',
    threat: 'T1',
    file: 'verify.ts',
    find: "if (!equals(envelope.payloadType, Libp2pRecord.CODEC)) return reject('wrong-payload-type')",
    replace: '',
    tests: verify
  },
  {
    name: 'the signature is verified',
    threat: 'T1',
    file: 'verify.ts',
    find: "if (!valid) return reject('bad-signature')",
    replace: '',
    tests: verify
  },
  {
    name: 'a signature for another domain does not count',
    threat: 'T1',
    file: 'verify.ts',
    find: 'const valid = await envelope.validate(Libp2pRecord.DOMAIN).catch(() => false)',
    replace:
      "const ways = [Libp2pRecord.DOMAIN, 'casm-boot-record'].map(each => envelope.validate(each).catch(() => false))\n  const valid = (await Promise.all(ways)).includes(true)",
    tests: verify
  },
  {
    name: 'who signs is whose record it is',
    threat: 'T1',
    file: 'verify.ts',
    find: "if (!sameHash(signer, payload.peerId.toMultihash())) return reject('signer-mismatch')",
    replace: '',
    tests: verify
  },
  {
    name: 'addresses of a record are counted',
    threat: 'T17',
    file: 'verify.ts',
    find: "if (payload.multiaddrs.length > limits.maxAddresses) return reject('too-many-addresses')",
    replace: '',
    tests: verify
  },
  {
    name: 'one bad address drops the record',
    threat: 'T13',
    file: 'verify.ts',
    find: "if (!addresses.every(address => address !== undefined)) return reject('bad-address')",
    replace: '',
    tests: verify
  },
  {
    name: 'what is remembered as verified is compared whole',
    threat: 'T1',
    file: 'verify.ts',
    find: 'if (known !== undefined && equals(known.envelope, envelope)) return known',
    replace: 'if (known !== undefined) return known',
    tests: ['cache', 'verify']
  },
  {
    name: 'memory for verified records is bounded',
    threat: 'T27',
    file: 'verify.ts',
    find: '{ maxSize: max, sizeCalculation',
    replace: '{ maxSize: 1e9, sizeCalculation',
    tests: ['cache', 'verify']
  },
  {
    name: 'what is verified is a copy',
    threat: 'T1',
    file: 'verify.ts',
    find: 'const bytes = new Uint8Array(window)',
    replace: 'const bytes = window',
    tests: ['verify', 'cache']
  },
  {
    name: 'an address has nothing in it that plays with a terminal',
    threat: 'T13',
    file: 'address.ts',
    find: String.raw`if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(text)) return undefined`,
    replace: '',
    tests: ['address', 'verify']
  },
  {
    name: 'an address is of bounded length',
    threat: 'T17',
    file: 'address.ts',
    find: ' || fromString(text).length > limits.maxAddressBytes',
    replace: '',
    tests: ['address', 'verify']
  },
  {
    name: 'the text of an address gives its bytes again',
    threat: 'T1',
    file: 'address.ts',
    find: 'return equals(multiaddr(text).bytes, bytes) ? text : undefined',
    replace: 'return text',
    tests: ['address', 'verify']
  }
])
