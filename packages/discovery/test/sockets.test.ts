/** The real thing: UDP on this machine, nothing but loopback needed. Events and deadlines, no sleeping. */
import { networkInterfaces } from 'node:os'
import { createSocket } from 'node:dgram'
import { crawl } from '@pex/discovery/crawl'
import { survey } from '@pex/discovery/survey'
import type { SocketDiscovery } from '@pex/discovery/survey'
import { afterEach, describe, expect, it } from 'vitest'
import { idOf, keyOf } from './world.ts'

const open: SocketDiscovery[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(source => source.stop()))
})

/** The first peer that is found. */
async function firstFound(source: SocketDiscovery, namespace: string): Promise<unknown> {
  for await (const peer of source.findPeers(namespace, { signal: AbortSignal.timeout(10_000) })) return peer
  return undefined
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}

const signal = new AbortController().signal
const groups = [{ address: '228.8.8.8', port: 0 }]
// Loopback carries no IPv6 groups on many systems: a real interface is needed.
const real = Object.entries(networkInterfaces()).filter(([name]) => !name.startsWith('lo'))
if (real.some(([, own]) => own?.some(({ family }) => family === 'IPv6')))
  groups.push({ address: 'ff02::7065:78', port: 0 })

describe.each(groups)('two hosts on one machine with nothing but a survey of $address', ({ address }) => {
  it('find each other', async () => {
    const group = { address, port: await freePort() }
    const namespace = `test-${process.pid}`
    const hosts = await Promise.all(
      [1, 2].map(async seed =>
        survey({ privateKey: await keyOf(seed), addresses: () => [`/ip4/127.0.0.1/tcp/400${seed}`], group })
      )
    )
    open.push(...hosts)
    const [one, other] = hosts as [SocketDiscovery, SocketDiscovery]
    await Promise.all(hosts.map(host => host.advertise(namespace, { signal })))
    expect(await firstFound(one, namespace)).toEqual({
      id: idOf(await keyOf(2)),
      addresses: ['/ip4/127.0.0.1/tcp/4002']
    })
    expect(await firstFound(other, namespace)).toMatchObject({ id: idOf(await keyOf(1)) })
  })
})

describe('two hosts on one machine with nothing but a crawl of a few ports', () => {
  it('take a port each and find each other', async () => {
    const low = await freePort()
    const range = { address: '127.0.0.1', bits: 32, ports: [low, Math.min(low + 15, 65_535)] as const }
    const hosts = await Promise.all(
      [3, 4].map(async seed =>
        crawl({
          privateKey: await keyOf(seed),
          addresses: () => [`/ip4/127.0.0.1/tcp/400${seed}`],
          range
        })
      )
    )
    open.push(...hosts)
    const [one, other] = hosts as [SocketDiscovery, SocketDiscovery]
    for (const host of hosts) await host.advertise('pex', { signal })
    expect(await firstFound(one, 'pex')).toMatchObject({ addresses: ['/ip4/127.0.0.1/tcp/4004'] })
    expect(await firstFound(other, 'pex')).toMatchObject({ addresses: ['/ip4/127.0.0.1/tcp/4003'] })
  })

  it('a host whose port is taken asks from another one, and does not pretend that it can be found', async () => {
    const port = await freePort()
    const range = { address: '127.0.0.1', bits: 32, ports: [port, port] as const }
    const hosts = await Promise.all(
      [6, 7].map(async seed =>
        crawl({ privateKey: await keyOf(seed), addresses: () => [`/ip4/127.0.0.1/tcp/400${seed}`], range })
      )
    )
    open.push(...hosts)
    const [one, other] = hosts as [SocketDiscovery, SocketDiscovery]
    await one.advertise('pex', { signal })
    await expect(other.advertise('pex', { signal })).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    expect(await firstFound(other, 'pex')).toMatchObject({ id: idOf(await keyOf(6)) })
  })

  it('a survey at the same port is not in its way', async () => {
    const port = await freePort()
    const privateKey = await keyOf(8)
    const addresses = (): string[] => ['/ip4/127.0.0.1/tcp/4008']
    const hosts = [
      survey({ privateKey, addresses, group: { address: '228.8.8.8', port } }),
      crawl({ privateKey, addresses, range: { address: '127.0.0.0', bits: 24, ports: [port, port] } })
    ]
    open.push(...hosts)
    for (const host of hosts) await expect(host.advertise('pex', { signal })).resolves.toBeGreaterThan(0)
  })

  it('a socket that cannot be had is a failure with a code, and is tried anew', async () => {
    const host = crawl({
      privateKey: await keyOf(5),
      addresses: () => ['/ip4/127.0.0.1/tcp/4005'],
      range: { address: '127.0.0.1', bits: 32, ports: [9, 9] },
      // Of the network for documents: nobody has it.
      bind: '203.0.113.5'
    })
    for (let i = 0; i < 2; i++)
      await expect(host.advertise('pex', { signal })).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
  })
})
