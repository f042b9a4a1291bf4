/** What all dialects of CometBFT's peer exchange are held to. */
import { below } from '@pex/core'
import type { Dialect } from '@pex/cometbft'
import { encodePex } from '../../../packages/cometbft/src/pex-messages.ts'
import type { PexMessage } from '@pex/cometbft'
import type { SeededRng } from '@pex/testkit'
import { must, mustEqual, twice } from './oracle.ts'
import type { Fuzzed } from './target.ts'

const id = '0123456789abcdef0123456789abcdef01234567'
const hosts = ['8.8.8.8', '::1', '2001:db8::1', '', 'a name', '256.0.0.1', '::ffff:1.2.3.4']

function messageOf(rng: SeededRng): PexMessage {
  const version = below(rng, 2) === 0 ? 1 : 2
  const count = below(rng, 16) === 0 ? below(rng, 300) : below(rng, 4)
  if (below(rng, 4) === 0) return { kind: 'request', version }
  const host = (): string => hosts[below(rng, hosts.length)]!
  if (version === 2)
    return {
      kind: 'addresses',
      version,
      urls: Array.from({ length: count }, () => `mconn://${id}@${host()}:${below(rng, 70_000)}`)
    }
  const addresses = Array.from({ length: count }, () => ({
    id: below(rng, 4) === 0 ? 'é' : id,
    ip: host(),
    port: below(rng, 66_000)
  }))
  return { kind: 'addresses', version, addresses }
}

/** A dialect as a target. */
export function fuzzDialect(dialect: Dialect): Fuzzed {
  return {
    seeds: [1, 2].flatMap(version => encodePex({ kind: 'request', version: version as 1 | 2 })),
    make: rng => encodePex(messageOf(rng)),
    maxBytes: 66_000,
    check(input) {
      const message = twice(input, bytes => dialect.decode(bytes))
      if (typeof message === 'string') return message
      must(dialect.versions.includes(message.version), `it knows no version ${message.version}`)
      if (message.kind === 'request') {
        mustEqual(dialect.decode(dialect.request(message.version)), message, 'written and read again')
        return `request ${message.version}`
      }
      const { length } = message.version === 1 ? message.addresses : message.urls
      must(length <= dialect.mostTaken[message.version], `${length} addresses were taken`)
      const usable = dialect.addresses(message)
      must(usable.length <= length, 'there are more addresses than were named')
      must(
        usable.every(({ port }) => port > 0 && port <= 65_535),
        'nobody can dial that'
      )
      // What is no UTF-8 was replaced on the way in; from then on it stays as it is, but for its length.
      const written = encodePex(message)
      if (written.length <= dialect.maxMessageBytes)
        mustEqual(dialect.decode(written), message, 'written and read again')
      return `addresses ${message.version}`
    }
  }
}
