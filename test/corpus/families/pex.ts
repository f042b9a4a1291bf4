/** Messages of CometBFT's peer exchange, read in its own dialect; the first byte of a file says in which. */
import { dialects, MAX_PEX_BYTES } from '@pex/cometbft'
import type { DialectName, PexMessage } from '@pex/cometbft'
import { encodePex } from '../../../packages/cometbft/src/pex-messages.ts'
import { bytes, extremes, varint } from '../family.ts'
import type { Family, Part } from '../family.ts'

const names: readonly DialectName[] = ['cometbft', 'tm035', 'sei-url']
const id = '0123456789abcdef0123456789abcdef01234567'
const say = (name: DialectName, ...parts: readonly Part[]): Uint8Array => bytes(names.indexOf(name), ...parts)
const comet = (...parts: readonly Part[]): Uint8Array => say('cometbft', ...parts)
const addresses = (count: number, ip = '8.8.8.8', port = 1): Uint8Array =>
  encodePex({
    kind: 'addresses',
    version: 1,
    addresses: Array.from({ length: count }, () => ({ id, ip, port }))
  })
const urls = (count: number): Uint8Array =>
  encodePex({
    kind: 'addresses',
    version: 2,
    urls: Array.from({ length: count }, () => `${id}@8.8.8.8:1`)
  } satisfies PexMessage)

const oneOfThree = encodePex({
  kind: 'addresses',
  version: 1,
  addresses: ['8.8.8.8', '8.8.8.8.8', '9.9.9.9'].map(ip => ({ id, ip, port: 1 }))
})

export const family: Family = {
  judge(input) {
    const read = dialects[names[input[0]!]!].decode(input.subarray(1))
    return typeof read === 'string' ? read : 'accepted'
  },
  faults: {
    'oversize--one-byte-more': comet(new Uint8Array(MAX_PEX_BYTES + 1)),
    'oversize--in-tm035': say('tm035', new Uint8Array(MAX_PEX_BYTES + 1)),
    'malformed--text': comet('peers'),
    'malformed--request-is-a-varint': comet(8, 1),
    'malformed--request-is-cut-within': comet(10, 2, 8, 0x80),
    'malformed--list-is-cut-within': comet(0x12, 2, 10, 9),
    'malformed--entry-is-a-varint': comet(0x12, 2, 8, 1),
    'malformed--port-is-bytes': comet(0x12, 5, 10, 3, 0x1a, 1, 1),
    'malformed--id-is-a-varint': comet(0x12, 4, 10, 2, 8, 1),
    'malformed--group': comet(0x0b, 0x0c),
    'malformed--field-0': comet(2, 0),
    'malformed--url-is-a-varint': say('sei-url', 0x22, 4, 10, 2, 8, 1),
    ...Object.fromEntries(
      extremes.map(([name, value]) => [`malformed--length-${name}`, comet(0x12, varint(value))])
    ),
    'malformed--length-in-eleven-bytes': comet(0x12, varint(1, 11), 0),
    'unknown-message--nothing': comet(),
    'unknown-message--field-5': comet(0x2a, 0),
    'unknown-message--the-second-version-in-cometbft': comet(urls(1)),
    'unknown-message--the-first-version-in-sei': say('sei-url', addresses(1)),
    'bad-address--a-name': comet(addresses(1, 'a.example')),
    'bad-address--no-host': comet(addresses(1, '')),
    'bad-address--port-65536': comet(addresses(1, '8.8.8.8', 65_536)),
    'bad-address--port-2-to-32': comet(addresses(1, '8.8.8.8', 2 ** 32)),
    'bad-address--a-zone': comet(addresses(1, 'fe80::1%eth0')),
    'bad-address--leading-zeros': comet(addresses(1, '010.0.0.1')),
    'bad-address--one-of-three': comet(oneOfThree),
    'too-many--251': comet(addresses(251)),
    'too-many--10-000-empty-ones': comet(
      0x12,
      varint(20_000),
      ...Array.from({ length: 10_000 }, () => [10, 0])
    ),
    'too-many--101-urls-in-tm035': say('tm035', urls(101)),
    'too-many--101-urls-in-sei': say('sei-url', urls(101))
  }
}
