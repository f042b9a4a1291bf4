/** Which addresses are whose: classes of places, the scope of a network, groups of one owner. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const classes = ['address-class', 'netgroup']
const scope = [
  'scope',
  '/packages/service/test/scope.test.ts',
  '/packages/swarm/test/dial.test.ts',
  '/packages/transport-libp2p/test/dialing.test.ts',
  '/packages/transport-udp/test/manners.test.ts'
]

export const addresses: readonly Listed[] = area('packages/core', [
  {
    name: 'an IPv4 address inside an IPv6 one is found',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'const inner = wrapped(words)',
    replace: 'const inner: readonly number[] | undefined = words.length === 0 ? [] : undefined',
    tests: classes
  },
  {
    name: 'NAT64 leads to an IPv4 address',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'if (mapped || translated || nat64)',
    replace: 'if (mapped || translated)',
    tests: classes
  },
  {
    name: '6to4 leads to an IPv4 address',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'return words[0] === 0x2002 ? bytesOf(words[1]!, words[2]!) : undefined',
    replace: 'return undefined',
    tests: classes
  },
  {
    name: 'loopback is known',
    threat: 'T19',
    file: 'address-class.ts',
    find: "if (a === 127) return 'loopback'",
    replace: '',
    tests: classes
  },
  {
    name: 'link-local and metadata addresses are known',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'if (a === 169 && b === 254) return',
    replace: 'if (a === 256) return',
    tests: classes
  },
  {
    name: 'unique local addresses are private',
    threat: 'T19',
    file: 'address-class.ts',
    find: "if (first >> 9 === 0x7e || first >> 6 === 0x3fb) return 'private'",
    replace: '',
    tests: classes
  },
  {
    name: 'a name that reads as an IPv4 address is one',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'const ip = looseIp4Bytes(name)',
    replace: "const ip = name === '' ? looseIp4Bytes(name) : undefined",
    tests: classes
  },
  {
    name: 'a zone in the address is link-local',
    threat: 'T19',
    file: 'address-class.ts',
    find: "return zone === undefined ? place : { ...place, class: 'link-local' }",
    replace: 'return zone === undefined ? place : { ...place }',
    tests: classes
  },
  {
    name: 'a zone before the address is link-local',
    threat: 'T19',
    file: 'address-class.ts',
    find: "if (zoned) host = { ...host, class: 'link-local' }",
    replace: 'if (zoned) host = { ...host }',
    tests: classes
  },
  {
    name: 'an address that says two hosts is none',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'if (host !== undefined) return MALFORMED',
    replace: '',
    tests: classes
  },
  {
    name: 'a name of the local network is local',
    threat: 'T19',
    file: 'address-class.ts',
    find: 'const local = labels.length === 1 || LOCAL_NAMES.test(top)',
    replace: 'const local = labels.length === 0',
    tests: classes
  },
  {
    name: 'a public network has public addresses',
    threat: 'T19',
    file: 'scope.ts',
    find: "return scope === 'public' ? PUBLIC.has(addressClass) : !NEVER.has(addressClass)",
    replace: "return scope === 'public' ? !NEVER.has(addressClass) : !NEVER.has(addressClass)",
    tests: scope
  },
  {
    name: 'metadata services are nobody',
    threat: 'T19',
    file: 'scope.ts',
    find: "  'metadata',\n",
    replace: '',
    tests: scope
  },
  {
    name: 'addresses out of scope are not announced',
    threat: 'T19',
    file: 'scope.ts',
    find: 'return addresses.filter(address => isWithin(this.current, placeOf(address).class))',
    replace: 'return addresses',
    tests: scope
  },
  {
    name: 'what nobody may call is not called for being configured',
    threat: 'T19',
    file: 'scope.ts',
    find: '(this.isConfigured(address) && !NEVER.has(found))',
    replace: 'this.isConfigured(address)',
    tests: scope
  },
  {
    name: 'addresses out of scope are not dialled',
    threat: 'T19',
    file: 'scope.ts',
    find: 'const inside = addresses.filter(address => this.#holds(address))',
    replace: 'const inside = [...addresses]',
    tests: scope
  },
  {
    name: 'who has only addresses out of scope is not callable',
    threat: 'T19',
    file: 'scope.ts',
    find: 'return addresses.some(address => this.#holds(address))',
    replace: 'return addresses.length > 0',
    tests: scope
  },
  {
    name: 'a relay says nothing of who is behind it',
    threat: 'T6',
    file: 'netgroup.ts',
    find: 'if (place.relayed) return undefined',
    replace: '',
    tests: classes
  },
  {
    name: 'a group is more than an address',
    threat: 'T6',
    file: 'netgroup.ts',
    find: '`ip4/${a}.${b}`',
    replace: '`ip4/${a}.${b}.${c}.${d}`',
    tests: classes
  },
  {
    name: 'a group of IPv6 is more than an address',
    threat: 'T6',
    file: 'netgroup.ts',
    find: 'return `ip6/${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`',
    replace: 'return `ip6/${place.ip!.join()}`',
    tests: classes
  }
])
