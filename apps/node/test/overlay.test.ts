/**
 * Fifty hosts on real sockets in one process: thirty over UDP, ten over libp2p, and ten over both, which is all that joins the
 * two kinds.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Store } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { describe, expect, it } from 'vitest'
import { openCarriers } from '../src/carriers.ts'
import type { Carried } from '../src/carriers.ts'
import type { Settings } from '../src/config.ts'
import type { Identity } from '../src/identity.ts'

const NS = 'overlay'
const kinds = {
  udp: ['/ip4/127.0.0.1/udp/0/noise'],
  tcp: ['/ip4/127.0.0.1/tcp/0'],
  both: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/udp/0/noise']
} as const
type Kind = keyof typeof kinds

interface Host {
  readonly kind: Kind
  readonly id: string
  readonly carried: Carried
  readonly reopen: () => Promise<Host>
}

async function open(kind: Kind, bootstrap: readonly string[], keep: Store = memoryStore()): Promise<Host> {
  const privateKey = await generateKeyPair('Ed25519')
  return begin(kind, bootstrap, { id: peerIdFromPrivateKey(privateKey).toString(), privateKey }, keep)
}

async function begin(
  kind: Kind,
  bootstrap: readonly string[],
  identity: Identity,
  store: Store
): Promise<Host> {
  const settings = { listen: kinds[kind], scope: 'auto' } as unknown as Settings
  const carried = await openCarriers(settings, {
    identity,
    secret: undefined,
    store,
    init: { namespaces: [NS], bootstrap, gossip: { tickMs: 1_500 } }
  })
  await carried.start()
  return { kind, id: identity.id, carried, reopen: () => begin(kind, [], identity, store) }
}

const viewOf = ({ carried }: Host): readonly string[] => carried.pex.view(NS).map(({ id }) => id)

/** Resolves as soon as the condition holds, which is looked at whenever a view changes. */
function until(hosts: readonly Host[], condition: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (!condition()) return
      for (const { carried } of hosts) carried.pex.removeEventListener('view:update', look)
      resolve()
    }
    for (const { carried } of hosts) carried.pex.addEventListener('view:update', look)
    look()
  })
}

/** Whether everybody can be reached from the first host along views. */
function isWhole(hosts: readonly Host[]): boolean {
  const byId = new Map(hosts.map(host => [host.id, host]))
  const seen = new Set([hosts[0]!.id])
  for (const id of seen) for (const other of viewOf(byId.get(id)!)) if (byId.has(other)) seen.add(other)
  return seen.size === hosts.length
}

const meet: Record<Kind, ReadonlySet<Kind>> = {
  udp: new Set(['udp', 'both']),
  tcp: new Set(['tcp', 'both']),
  both: new Set(['udp', 'tcp', 'both'])
}

describe('an overlay of UDP, libp2p and both', () => {
  it('is one: it comes together, survives the death of half of it, and takes back who rejoins from a store', async () => {
    const first = await open('both', [])
    const hosts = [first]
    const addresses = first.carried.addresses()
    for (let i = 1; i < 50; i++) {
      const kind = i < 10 ? 'both' : i < 20 ? 'tcp' : 'udp'
      hosts.push(
        await open(
          kind,
          addresses.filter(text => kind === 'both' || text.includes(`/${kind}/`))
        )
      )
    }
    const kindOf = new Map(hosts.map(({ id, kind }) => [id, kind]))
    await until(hosts, () => hosts.every(host => viewOf(host).length >= 8) && isWhole(hosts))
    for (const host of hosts)
      for (const id of viewOf(host))
        expect(
          meet[host.kind].has(kindOf.get(id)!),
          `a host over ${host.kind} holds one over ${kindOf.get(id)}`
        ).toBe(true)

    const half = hosts.filter((_, i) => i % 2 === 1)
    const living = hosts.filter((_, i) => i % 2 === 0)
    await Promise.all(half.map(({ carried }) => carried.stop()))
    const dead = new Set(half.map(({ id }) => id))
    await until(
      living,
      () =>
        living.every(host => viewOf(host).every(id => !dead.has(id)) && viewOf(host).length >= 4) &&
        isWhole(living)
    )

    const back = await Promise.all(half.slice(0, 5).map(host => host.reopen()))
    await until([...living, ...back], () => back.every(host => viewOf(host).some(id => !dead.has(id))))
    await Promise.all([...living, ...back].map(({ carried }) => carried.stop()))
    // A bound on hanging: on a machine with other work every round takes many times as long.
  }, 900_000)
})
