/** The shipped service over real sockets: a network of many hosts on this machine. */
import { describe, expect, it } from 'vitest'
import { Host, isConnected, until } from './cluster.ts'

/** Half of it is the deadline of an exchange: so long that a machine that is busy with other tests keeps it. */
const TICK_MS = 1_500

describe.each([
  [50, '/ip4/127.0.0.1/udp/0/noise'],
  [12, '/ip6/::1/udp/0/noise']
])('%i services on %s', (count, listen) => {
  const [full, refilled] = [Math.min(16, count - 2), Math.min(12, count - 2)]

  it(
    'converge, survive the death of half, and find back from their stores',
    { timeout: 90_000 },
    async ({ signal }) => {
      const hosts = await Promise.all(Array.from({ length: count }, () => Host.create(listen)))
      try {
        const [first, ...others] = hosts
        await first!.start([], TICK_MS)
        for (const host of others) await host.start([first!.contact], TICK_MS)
        await until(hosts, signal, () => hosts.every(host => host.view.length >= full) && isConnected(hosts))

        const dead = hosts.filter((_host, i) => i % 2 === 0)
        const living = hosts.filter((_host, i) => i % 2 === 1)
        await Promise.all(dead.map(host => host.kill()))
        const alive = new Set(living.map(({ id }) => id))
        // Half of each view has died: before long four of five in a view are alive again, and all are one network.
        await until(living, signal, () => {
          const mostly = living.every(
            ({ view }) => view.filter(id => alive.has(id)).length >= 0.8 * view.length
          )
          return mostly && isConnected(living)
        })

        // Nobody tells them where to go: they know it from their stores.
        await Promise.all(dead.map(host => host.start([], TICK_MS)))
        const back = new Set(dead.map(({ id }) => id))
        await until(hosts, signal, () => {
          const met = living.some(({ view }) => view.some(id => back.has(id)))
          return met && hosts.every(host => host.view.length >= refilled) && isConnected(hosts)
        })
        for (const { transport } of hosts) expect(transport.rejections['bad-handshake']).toBeUndefined()
      } finally {
        await Promise.all(hosts.filter(({ alive }) => alive).map(host => host.stop()))
      }
    }
  )
})
