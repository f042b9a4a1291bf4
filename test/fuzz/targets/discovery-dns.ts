/** What a hostile zone says of a name: how many names are followed and how much is kept is bounded. */
import { seeded } from '@pex/testkit'
import { bounds } from '../../../packages/discovery/src/bounds.ts'
import { walk } from '../../../packages/discovery/src/dns/walk.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must } from '../kit/oracle.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const id = '12D3KooWEZXjE41uU4EL2gpkAQeDXYok6wghN7wwNVPF5bwkaNfS'
const hosts = ['a.example', 'b.example', '_svc._tcp.example', '', '.', 'x'.repeat(300)]
const texts = [
  'dnsaddr=/dnsaddr/a.example',
  `dnsaddr=/dnsaddr/b.example/p2p/${id}`,
  `dnsaddr=/ip4/8.8.8.8/tcp/1/p2p/${id}`,
  'dnsaddr=/ip4/8.8.8.8',
  'v=spf1',
  'dnsaddr=',
  'dnsaddr=/',
  'dnsaddr=/dnsaddr/'
]
const absent = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 60 }, (_, i) => (i * 31) % 256)],
  make: rng => randomBytes(rng, 10 + (rng() % 200)),
  maxBytes: 300,
  async check(input) {
    const tape = new Tape(input)
    let asked = 0
    const records = async <T>(make: () => T): Promise<T[]> => {
      asked++
      const count = tape.below(8) === 0 ? 100 : tape.below(4)
      if (tape.below(10) === 0) throw tape.flag() ? absent : new Error('nobody answers')
      return Array.from({ length: count }, make)
    }
    const address = (): { address: string; ttl: number } => ({
      address: tape.pick(['8.8.8.8', '::1', 'no ip']),
      ttl: tape.pick([0, 60, -1, 2 ** 31, Number.NaN])
    })
    const resolver = {
      resolve4: () => records(address),
      resolve6: () => records(address),
      resolveSrv: () =>
        records(() => ({
          name: tape.pick(hosts),
          port: tape.pick([0, 1, 65_536]),
          priority: tape.byte(),
          weight: tape.byte()
        })),
      resolveTxt: () =>
        records(() => [
          tape.pick(texts),
          ...(tape.below(8) === 0 ? [new TextDecoder().decode(tape.take(8))] : [])
        ])
    }
    const toAddress = (ip: string, port: number): string => `/ip4/${ip}/tcp/${port}`
    const name = { name: tape.pick(hosts), port: tape.flag() ? 4_001 : undefined, toAddress }
    const { contacts, ttlMs, failure } = await walk(name, resolver, seeded(1), new AbortController().signal)
    must(contacts.length <= bounds.maxDnsFound, `${contacts.length} contacts`)
    must(asked <= 8 * bounds.maxNames, `${asked} questions were asked`)
    must(ttlMs >= bounds.minDnsTtlMs && ttlMs <= bounds.maxDnsTtlMs, `it holds for ${ttlMs} ms`)
    return failure !== undefined ? 'failure' : contacts.length > 0 ? 'contacts' : 'nobody'
  }
})
