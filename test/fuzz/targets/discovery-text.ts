/** The texts that name sources of first contact, and the ranges that a crawl may ask. */
import { parseDiscovery } from '@pex/discovery'
import { targetsOf } from '../../../packages/discovery/src/crawl/range.ts'
import { placeOf } from '@pex/core'
import { attempt, hasCode, must, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const texts = [
  'lan',
  'gradual',
  'lan:228.8.8.8:8822',
  'dns:pex.example.com:4001',
  'crawl:10.0.0.0/24:8822',
  'crawl:127.0.0.1:8000-8099'
]
const more = [
  'crawl:[fd00::1]/120:1',
  '/ip4/10.0.0.0/udp/8822/cidr/24',
  '/ip4/1.2.3.4/tcp/1',
  'lan:[ff02::1]:1'
]

export const target: Target = () => ({
  seeds: [...texts, ...more].map(text => utf8.encode(text)),
  words: [...addressWords, 'crawl:', 'lan:', 'dns:', '/0', '/32', '/128', '1-65535'],
  maxBytes: 300,
  check(input) {
    const text = textOf(input)
    const found = attempt(() => parseDiscovery(text), hasCode('PEX_INVALID_PARAMETER'))
    if (found instanceof Refused) return 'refused'
    if (found.type !== 'crawl') return found.type
    const targets = attempt(() => targetsOf(found.range), hasCode('PEX_INVALID_PARAMETER'))
    if (targets instanceof Refused) return 'not to be crawled'
    must(targets.count > 0 && targets.count <= 65_536, `${targets.count} places to ask`)
    for (const index of [0, 1, targets.count - 1]) {
      const place = targets.at(index)
      if (place === undefined) continue
      const kind = placeOf(`/${place.address.includes(':') ? 'ip6' : 'ip4'}/${place.address}`).class
      must(
        kind === 'loopback' || kind === 'private' || kind === 'link-local',
        `a stranger is asked: ${place.address}`
      )
      must(place.port > 0 && place.port < 65_536, `no port: ${place.port}`)
    }
    return 'crawl'
  }
})
