/** The sources of first contact: names are looked up; what would call strangers is only judged by what it needs. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { parseDiscovery } from '@pex/discovery'
import { discoveryFrom } from '@pex/discovery/from'
import { placeOf } from '@pex/core'
import type { Settings } from '../config.ts'
import { asFailure } from '../failure.ts'
import { examineBootstrap } from './bootstrap.ts'
import { warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Interface } from './reach.ts'

/** A resolver tries several servers. Guess. */
const lookupMs = 5_000

export async function examineDiscovery(
  settings: Settings,
  interfaces: readonly Interface[]
): Promise<readonly Finding[]> {
  const findings = await Promise.all(settings.discover.map(text => examineSource(text, settings, interfaces)))
  return findings.flat()
}

async function examineSource(
  text: string,
  settings: Settings,
  interfaces: readonly Interface[]
): Promise<readonly Finding[]> {
  const source = parseDiscovery(text)
  switch (source.type) {
    case 'dns':
      return [await examineName(text, source.name, settings)]
    case 'peer':
      return (await examineBootstrap(settings, [source.address])).map(each => ({
        ...each,
        area: 'discovery'
      }))
    case 'survey':
      return [examineLan(text, interfaces)]
    case 'crawl':
      return [well('discovery', `${text} will call the hosts of its range, none of which was called now`)]
  }
}

async function examineName(text: string, name: string, settings: Settings): Promise<Finding> {
  const privateKey = await generateKeyPair('Ed25519')
  const source = discoveryFrom(text, { privateKey, addresses: () => [] })
  try {
    const signal = AbortSignal.timeout(lookupMs)
    let count = 0
    for await (const _ of source.findPeers(settings.namespace[0]!, { signal })) count++
    if (count > 0) return well('discovery', `${text} stands for ${count} ${count === 1 ? 'host' : 'hosts'}`)
    const port = text.split(':').length > 2 ? '' : `, or ${text}:<port> where it has address records alone`
    const mend = `the right name${port}`
    return warning('discovery', `the name ${name} stands for no host`, mend)
  } catch (error) {
    const mend = 'the right name, or the resolver of this machine (/etc/resolv.conf)'
    return wrong('discovery', `the name ${name} cannot be looked up (${asFailure(error).message})`, mend)
  } finally {
    await source.stop()
  }
}

function examineLan(text: string, interfaces: readonly Interface[]): Finding {
  const near = interfaces.filter(({ address }) => {
    const place = placeOf(address.includes(':') ? `/ip6/${address}` : `/ip4/${address}`)
    return !address.includes(':') && place.class !== 'loopback'
  })
  if (near.length > 0)
    return well('discovery', `${text} asks the networks of ${near.map(({ name }) => name).join(', ')}`)
  const found = `${text} has no network to ask: this machine has no interface but loopback`
  return warning('discovery', found, 'the network of this machine, or --bootstrap')
}
