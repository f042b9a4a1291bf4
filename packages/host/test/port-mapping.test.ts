import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { upnpNat } from '@achingbrain/nat-port-mapper'
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { PortMapping } from '../src/nat/index.ts'
import type { Gateway, MappingEvent, PortMappingInit } from '../src/nat/index.ts'

interface Router extends Gateway {
  readonly mapped: string[]
  isStopped: boolean
}

function router(behaviour: Partial<Gateway> & { ip?: string } = {}): Router {
  const it: Router = {
    id: 'router',
    family: 'IPv4',
    mapped: [],
    isStopped: false,
    async map(port, host, { protocol, externalPort }) {
      it.mapped.push(`${protocol} ${host}:${port}`)
      return { externalHost: behaviour.ip ?? '93.184.216.34', externalPort }
    },
    async stop() {
      it.isStopped = true
    },
    ...behaviour
  }
  return it
}

function scene(
  gateways: () => readonly Gateway[],
  addresses: readonly string[],
  init: Partial<PortMappingInit> = {}
) {
  const clock = virtualClock()
  const events: MappingEvent[] = []
  const announced: (readonly string[])[] = []
  const mapping = new PortMapping({
    clock,
    find: async function* () {
      yield* gateways()
    },
    addresses: () => addresses,
    announce: places => announced.push(places.map(({ outside }) => outside)),
    report: event => events.push(event),
    ...init
  })
  return { clock, events, announced, mapping }
}

const LAN = ['/ip4/192.168.1.7/tcp/4001', '/ip4/192.168.1.7/udp/4001/noise', '/ip4/127.0.0.1/tcp/4001']

describe('port mapping', () => {
  it('maps TCP and UDP to the same number outside, and announces where that is', async () => {
    const it = router()
    const { mapping, announced, clock } = scene(() => [it], LAN)
    mapping.start()
    await clock.settle()
    expect(it.mapped).toEqual(['tcp 192.168.1.7:4001', 'udp 192.168.1.7:4001'])
    expect(announced.at(-1)).toEqual(['/ip4/93.184.216.34/tcp/4001', '/ip4/93.184.216.34/udp/4001/noise'])
    await mapping.stop()
    expect(it.isStopped).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('maps neither loopback nor public addresses: no router leads there', async () => {
    const it = router()
    const { mapping, clock, announced } = scene(
      () => [it],
      ['/ip4/127.0.0.1/tcp/1', '/ip4/8.8.8.8/tcp/1', '/ip6/fd00::1/tcp/1']
    )
    mapping.start()
    await clock.settle()
    expect([it.mapped, announced]).toEqual([[], []])
    await mapping.stop()
  })

  it('announces nothing behind a router that is behind another one, and says so', async () => {
    const { mapping, clock, announced, events } = scene(() => [router({ ip: '100.64.3.4' })], LAN.slice(0, 1))
    mapping.start()
    await clock.settle()
    expect(announced).toEqual([])
    expect(events).toMatchObject([{ type: 'double-nat', outside: '/ip4/100.64.3.4/tcp/4001' }])
    await mapping.stop()
  })

  it('tries again, ever less often, when no router answers, and gives up after twenty tries', async () => {
    const { mapping, clock, events } = scene(() => [], LAN)
    mapping.start()
    await clock.advance(3_600_000 * 3)
    expect(events.filter(({ type }) => type === 'no-gateway')).toHaveLength(20)
    expect(events.at(-1)).toEqual({ type: 'given-up' })
    expect(clock.pending).toBe(0)
    await mapping.stop()
  })

  it('follows the host to another address, and lets go of the last one', async () => {
    const listeners = new Set<() => void>()
    let addresses = ['/ip4/192.168.1.5/tcp/4001']
    const it = router()
    let searches = 0
    const gateways = (): readonly Gateway[] => {
      searches++
      return [it]
    }
    const { mapping, clock, announced } = scene(gateways, [], {
      addresses: () => addresses,
      watch: listener => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    })
    const changed = async (next: string[]): Promise<void> => {
      addresses = next
      for (const listener of listeners) listener()
      await clock.settle()
    }
    mapping.start()
    await clock.settle()
    // What a mapping itself brings is no change of the inside.
    await changed([...addresses, '/ip4/93.184.216.34/tcp/4001'])
    expect(searches).toBe(1)
    await changed(['/ip4/192.168.1.9/tcp/4002'])
    expect(it.mapped).toEqual(['tcp 192.168.1.5:4001', 'tcp 192.168.1.9:4002'])
    expect(announced).toEqual([['/ip4/93.184.216.34/tcp/4001'], ['/ip4/93.184.216.34/tcp/4002']])
    await changed([])
    await clock.advance(5_000)
    await changed(['/ip4/192.168.1.9/tcp/4003'])
    expect(announced.at(-1)).toEqual(['/ip4/93.184.216.34/tcp/4003'])
    await clock.advance(600_000)
    expect(it.mapped).toHaveLength(3)
    await mapping.stop()
    expect([listeners.size, clock.pending]).toEqual([0, 0])
  })

  it('that moves while routers are searched goes on with one search at a time', async () => {
    let [addresses, searches] = [['/ip4/192.168.1.5/tcp/4001'], 0]
    let release = (): void => {}
    let moved = (): void => {}
    const { mapping, clock } = scene(() => [], [], {
      addresses: () => addresses,
      watch: listener => {
        moved = listener
        return () => {}
      },
      async *find() {
        if (++searches === 1) await new Promise<void>(resolve => (release = resolve))
        yield* []
      }
    })
    mapping.start()
    await clock.settle()
    addresses = ['/ip4/192.168.1.9/tcp/4001']
    moved()
    release()
    await clock.advance(3_600_000 * 3)
    expect(searches).toBe(1 + 20)
    await mapping.stop()
  })

  it('keeps what it got and asks again only for what it did not', async () => {
    let udpRefusals = 2
    const it = router({
      async map(port, host, { protocol, externalPort }) {
        it.mapped.push(`${protocol} ${host}:${port}`)
        if (protocol === 'udp' && udpRefusals-- > 0) throw new Error('ConflictInMappingEntry')
        return { externalHost: '93.184.216.34', externalPort }
      }
    })
    const { mapping, clock, announced, events } = scene(() => [it], LAN)
    mapping.start()
    await clock.advance(60_000)
    expect(it.mapped).toEqual(['tcp', 'udp', 'udp', 'udp'].map(kind => `${kind} 192.168.1.7:4001`))
    expect(events.filter(({ type }) => type === 'refused')).toHaveLength(2)
    expect(announced.at(-1)).toHaveLength(2)
    await mapping.stop()
  })

  it('takes no nonsense for a mapping', async () => {
    const answers = [
      { externalHost: '93.184.216.34', externalPort: Number.NaN },
      { externalHost: 'javascript:', externalPort: 1 }
    ]
    for (const answer of answers) {
      const { mapping, clock, announced, events } = scene(
        () => [router({ map: async () => answer })],
        LAN.slice(0, 1)
      )
      mapping.start()
      await clock.settle()
      expect(announced).toEqual([])
      expect(events[0]).toMatchObject({ type: 'refused' })
      await mapping.stop()
    }
  })

  it('ends at once while a router thinks, and says what it does not give back', async () => {
    const it = router({
      map: (_port, _host, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
    })
    const first = scene(() => [it], LAN)
    first.mapping.start()
    await first.clock.settle()
    await first.mapping.stop()
    expect(first.clock.pending).toBe(0)

    const silent = router({ stop: () => Promise.reject(new Error('no route')) })
    const second = scene(() => [silent], LAN)
    second.mapping.start()
    await second.clock.settle()
    await second.mapping.stop()
    expect(second.events.at(-1)).toMatchObject({ type: 'not-released' })
  })

  it('speaks UPnP with a real gateway device over HTTP', async () => {
    const actions: string[] = []
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'text/xml')
      if (request.method === 'GET') {
        response.end(
          `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2</deviceType><deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><SCPDURL>/scpd.xml</SCPDURL><controlURL>/control</controlURL><eventSubURL>/events</eventSubURL></service></serviceList></device></deviceList></device></deviceList></device></root>`
        )
        return
      }
      const action = /#(\w+)/.exec(String(request.headers['soapaction']))?.[1] ?? ''
      actions.push(action)
      const inner =
        {
          GetExternalIPAddress: '<NewExternalIPAddress>93.184.216.34</NewExternalIPAddress>',
          AddAnyPortMapping: '<NewReservedPort>4001</NewReservedPort>'
        }[action] ?? ''
      request
        .resume()
        .on('end', () =>
          response.end(
            `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:${action}Response xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:2">${inner}</u:${action}Response></s:Body></s:Envelope>`
          )
        )
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const gateway = await upnpNat().getGateway(new URL(`http://127.0.0.1:${port}/root.xml`))
      const announced = Promise.withResolvers<readonly string[]>()
      const { mapping } = scene(() => [gateway], ['/ip4/192.168.1.7/tcp/4001'], {
        announce: places => announced.resolve(places.map(({ outside }) => outside))
      })
      mapping.start()
      expect(await announced.promise).toEqual(['/ip4/93.184.216.34/tcp/4001'])
      await mapping.stop()
      expect(actions).toEqual(
        expect.arrayContaining(['AddAnyPortMapping', 'GetExternalIPAddress', 'DeletePortMapping'])
      )
    } finally {
      server.close()
    }
  })
})
