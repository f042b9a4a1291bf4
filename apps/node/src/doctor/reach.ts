/**
 * Whether the addresses fit together: where the host listens, which addresses the machine has, and how far the network reaches
 * into which it is to go. What stands between this machine and the others, a router or a filter, only somebody outside can tell.
 */
import { networkInterfaces } from 'node:os'
import { multiaddr } from '@multiformats/multiaddr'
import { NetworkScope, placeOf } from '@pex/core'
import type { AddressClass } from '@pex/core'
import type { Settings } from '../config.ts'
import { warning, well } from './finding.ts'
import type { Finding } from './finding.ts'

/** An address of this machine, as its interfaces have it. */
export interface Interface {
  readonly name: string
  readonly address: string
}

export function systemInterfaces(): readonly Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address }) => ({ name, address }))
  )
}

const all = '/ip4/0.0.0.0/tcp/4001'

export function reachFindings(settings: Settings, interfaces: readonly Interface[]): readonly Finding[] {
  const { listen, bootstrap, nat } = settings
  if (listen.length === 0) return []
  const scope = scopeOf(settings)
  const listens = new Set(listen.flatMap(text => classesAt(text, interfaces)))
  const calls = new Set(bootstrap.map(text => placeOf(text).class))
  const findings: Finding[] = []
  const isLocal = [...listens].every(found => found === 'loopback')
  if (isLocal && [...calls].some(found => found !== 'loopback')) {
    const found = 'it listens on loopback alone and calls others: nobody can ever call it back'
    findings.push(warning('reach', found, `--listen ${all} for all interfaces`))
  } else if (scope === 'public' && !listens.has('public') && nat === 'none') {
    const found =
      'the network is public, and this machine has no public address: others are not told of this host'
    const mend = '--nat upnp, or a forwarded port on a machine with a public address'
    findings.push(warning('reach', found, mend))
  }
  if (settings.scope === 'private' && (calls.has('public') || calls.has('name'))) {
    const found =
      '--scope private on a network with public hosts: strangers may send this host into your own site'
    findings.push(warning('reach', found, '--scope auto'))
  }
  if (settings.scope === 'public' && bootstrap.length > 0 && !calls.has('public') && !calls.has('name')) {
    const found =
      '--scope public, and every bootstrap host has a private address: the hosts that it names are never called'
    findings.push(warning('reach', found, '--scope private, or auto'))
  }
  if (findings.length > 0) return findings
  return [well('reach', `${told(listen, listens)}, the network is taken for ${scope}`)]
}

/** The scope as a host with these settings would begin. */
function scopeOf(settings: Settings): 'public' | 'private' {
  const scope = new NetworkScope(settings.scope)
  scope.configure(settings.bootstrap)
  scope.announce(settings.listen)
  return scope.current
}

/** What kinds of places lead to an address to listen on; for all interfaces, those of the machine. */
function classesAt(text: string, interfaces: readonly Interface[]): readonly AddressClass[] {
  const { class: found } = placeOf(text)
  if (found !== 'unspecified') return [found]
  const family = multiaddr(text).getComponents()[0]?.name
  const classes = interfaces
    .map(({ address }) => (address.includes(':') ? `/ip6/${address}` : `/ip4/${address}`))
    .filter(each => family === 'ip6' || each.startsWith('/ip4/'))
    .map(each => placeOf(each).class)
  return [...new Set(classes)].filter(each => each !== 'link-local')
}

function told(listen: readonly string[], classes: ReadonlySet<AddressClass>): string {
  if ([...classes].every(each => each === 'loopback')) return 'only this machine reaches it'
  const kinds = [...classes].filter(each => each !== 'loopback').join(' and ')
  return `${listen.join(', ')} leads to ${kinds} addresses of this machine`
}
