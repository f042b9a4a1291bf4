/** Private addresses in a public network: not told, not taken, not passed on (threat T19). */
import { isRejection, NetworkScope, placeOf } from '@pex/core'
import type { Verifier } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import type { PexInit } from '@pex/service'
import { describe, expect, it } from 'vitest'
import { keyOf, TICK, world } from './world.ts'

const NS = 'test'
const wan = (n: number): string => `/ip4/9.9.9.${n}/tcp/1`
const lan = (n: number): string => `/ip4/192.168.0.${n}/tcp/1`

/** Hosts at these addresses, which know the first; and every address in every record that travels. */
async function network(places: readonly (readonly string[])[], init: (i: number) => PexInit = () => ({})) {
  const { host, clock } = world()
  const travelled = new Map<string, Set<string>>()
  const real = createVerifier()
  const verifier: Verifier = clock.tracked({
    async verify(envelope: Uint8Array) {
      const record = await real.verify(envelope)
      if (!isRejection(record))
        travelled.set(record.id, new Set([...(travelled.get(record.id) ?? []), ...record.addresses]))
      return record
    }
  })
  const hosts: Awaited<ReturnType<typeof host>>[] = []
  for (const [i, addresses] of places.entries()) {
    const first = hosts[0] && [{ id: hosts[0].id, addresses: [places[0]![0]!] }]
    const pex = await host(
      { namespaces: [NS], bootstrap: first ?? [], ...init(i) },
      { transport: { addresses }, verifier }
    )
    await pex.start()
    hosts.push(pex)
  }
  return { hosts, clock, travelled }
}

describe('a public network', () => {
  it('hears no private address of its honest hosts, in a whole soak', async () => {
    const places = Array.from({ length: 8 }, (_, i) => [wan(i + 1), lan(i + 1), `/ip4/127.0.0.1/tcp/${i}`])
    const { hosts, clock, travelled } = await network(places)
    await clock.advance(100 * TICK)
    expect(travelled.size).toBe(8)
    for (const addresses of travelled.values())
      for (const address of addresses) expect(placeOf(address).class).toBe('public')
    for (const pex of hosts) expect(pex.view(NS).length).toBe(7)
    for (const pex of hosts) await pex.stop()
  })

  it('takes nobody into a view who can only be called on a site of its own, and passes nobody such on', async () => {
    const places = [[wan(1)], [wan(2)], [wan(3)], [lan(4)], ['/ip4/169.254.169.254/tcp/80'], [lan(6), wan(6)]]
    // The fourth and the fifth tell what they should not.
    const { hosts, clock } = await network(places, i =>
      i === 3 || i === 4 ? { scope: new NetworkScope('private') } : {}
    )
    await clock.advance(60 * TICK)
    const liars = new Set([hosts[3]!.id, hosts[4]!.id])
    for (const pex of hosts) {
      if (liars.has(pex.id)) continue
      const known = pex.view(NS).map(({ id }) => id)
      expect(known.length).toBe(3)
      expect(known.filter(id => liars.has(id))).toEqual([])
    }
    expect(hosts[0]!.rejections['no-addresses']).toBeGreaterThan(0)
    for (const pex of hosts) await pex.stop()
  })

  it('takes none from elsewhere either', async () => {
    const { hosts } = await network([[wan(1)]])
    const envelopes = await Promise.all(
      [[lan(1)], ['/ip6/::ffff:10.0.0.1/tcp/1'], [lan(3), wan(3)]].map(async (addresses, i) => {
        const { envelope } = await createSigner(await keyOf(50 + i)).sign(addresses, 1n)
        return envelope
      })
    )
    await hosts[0]!.offer(NS, envelopes)
    expect(hosts[0]!.view(NS).map(({ addresses }) => addresses)).toEqual([[lan(3), wan(3)]])
    await hosts[0]!.stop()
  })
})

describe('a private network', () => {
  it('is as it always was, with no option', async () => {
    const { hosts, clock } = await network([1, 2, 3, 4].map(n => [lan(n), `/ip4/127.0.0.1/tcp/${n}`]))
    await clock.advance(30 * TICK)
    for (const pex of hosts) expect(pex.view(NS).length).toBe(3)
    for (const pex of hosts) await pex.stop()
  })

  it('that turns out to be public lets go of whom it cannot call there', async () => {
    const { hosts, clock } = await network([[lan(1)], [lan(2)], [lan(3)]])
    await clock.advance(20 * TICK)
    expect(hosts[1]!.view(NS).length).toBe(2)
    const joined = hosts[1]!.join(NS, { bootstrap: [{ addresses: [wan(77)] }] })
    joined.catch(() => {})
    await clock.settle()
    expect(hosts[1]!.view(NS)).toEqual([])
    await clock.advance(TICK)
    await expect(joined).rejects.toMatchObject({ code: 'PEX_NO_PEER_FOUND' })
    for (const pex of hosts) await pex.stop()
  })
})

describe('a host whose carriers cannot call some kinds of address', () => {
  it('holds nobody who has no other, and asks the others as ever', async () => {
    const { host, clock } = world()
    const left = await host({ namespaces: [NS] })
    const friend = { id: left.id, addresses: [`/memory/${left.id}`] }
    const right = await host({ namespaces: [NS], bootstrap: [friend] })
    await Promise.all([left.start(), right.start()])
    const onlyLeft = (address: string): boolean => address.endsWith(left.id)
    const bootstrap = [left, right].map(({ id }) => ({ id, addresses: [`/memory/${id}`] }))
    const picky = await host({ namespaces: [NS], bootstrap }, { carries: onlyLeft })
    await picky.start()
    await clock.advance(30 * TICK)
    expect(
      left
        .view(NS)
        .map(({ id }) => id)
        .toSorted()
    ).toEqual([right.id, picky.id].toSorted())
    expect(picky.view(NS).map(({ id }) => id)).toEqual([left.id])
    await Promise.all([left, right, picky].map(each => each.stop()))
  })
})
