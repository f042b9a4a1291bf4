import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { json } from '@pex/rpc'
import type { Host } from '@pex/host'
import { memoryStore } from '@pex/store-memory'
import { describe, expect, it } from 'vitest'
import { contact, scene } from './scene.ts'
import type { Scene } from './scene.ts'

/** Starts so many hosts that know the first one, and lets them find neighbours. */
async function network(at: Scene, count: number): Promise<Host[]> {
  const hosts: Host[] = []
  for (let i = 0; i < count; i++) {
    const host = await at.host({ bootstrap: i === 0 ? [] : [contact(hosts[0]!)] })
    hosts.push(host)
    await host.start()
  }
  await at.clock.advance(20_000)
  return hosts
}

async function stopAll(at: Scene, hosts: readonly Host[]): Promise<void> {
  let stopped = false
  void Promise.all(hosts.map(host => host.stop())).then(() => (stopped = true))
  await at.clock.runUntil(() => stopped, { maxMs: 10_000 })
  expect(at.clock.pending, 'no timer is left').toBe(0)
}

/** Lets a second pass meanwhile. */
async function passing<T>(at: Scene, work: Promise<T>): Promise<T> {
  work.catch(() => {})
  await at.clock.advance(1_000)
  return work
}

describe('hosts', () => {
  it('find neighbours, as many as they want, and each link is known at both ends', async () => {
    const at = scene()
    const hosts = await network(at, 20)
    for (const host of hosts) {
      expect(host.peers.list().filter(({ side }) => side === 'outbound')).toHaveLength(5)
      for (const { id } of host.peers.list()) {
        const other = hosts.find(each => each.id === id)!
        expect(other.peers.has(host.id)).toBe(true)
      }
    }
    await stopAll(at, hosts)
  })

  it('reach everybody with a broadcast, once, and everybody who lives after half of them died', async () => {
    const at = scene()
    const hosts = await network(at, 30)
    const heard = new Map<string, string[]>(hosts.map(({ id }) => [id, []]))
    for (const host of hosts)
      host.subscribe('chat', {
        validate: ({ payload }) => {
          heard.get(host.id)!.push(toString(payload))
          return 'valid'
        }
      })
    hosts[3]!.broadcast('chat', fromString('hello'))
    await at.clock.advance(5_000)
    for (const host of hosts) if (host !== hosts[3]) expect(heard.get(host.id)).toEqual(['hello'])

    const [dead, living] = [hosts.slice(0, 15), hosts.slice(15)]
    for (const host of dead) at.links.kill(host.id)
    await at.clock.advance(60_000)
    living[0]!.broadcast('chat', fromString('still here'))
    await at.clock.advance(10_000)
    for (const host of living.slice(1)) expect(heard.get(host.id)!.at(-1)).toBe('still here')
    for (const host of living)
      expect(host.peers.list().some(({ id }) => dead.some(d => d.id === id))).toBe(false)
    void Promise.all(dead.map(host => host.stop()))
    await stopAll(at, living)
  })

  it('call each other by id or by contact, and hear why a call fails', async () => {
    const at = scene()
    const [one, two, three] = await network(at, 3)
    two!.handle('greet', json<{ name: string }, string>(), ({ name }) => `hello ${name}`)
    const codecs = json<{ name: string }, string>()
    const by = async (to: Parameters<Host['call']>[0]): Promise<string> => {
      return (await passing(at, one!.call(to, 'greet', { name: 'one' }, { codecs }))).value
    }
    expect(await by(two!.id)).toBe('hello one')
    expect(await by(contact(two!))).toBe('hello one')
    await expect(by(three!.id)).rejects.toMatchObject({ code: 'PEX_UNSUPPORTED' })
    await expect(by('nobody')).rejects.toMatchObject({ code: 'PEX_NO_KNOWN_ADDRESS' })
    await stopAll(at, [one!, two!, three!])
  })

  it('send messages that the other side takes, or hear that it did not', async () => {
    const at = scene()
    const hosts = await network(at, 2)
    const [one, two] = hosts as [Host, Host]
    const taken: string[] = []
    two.onMessage('note', (body, { from }) => {
      if (body.length === 0) throw new Error('empty')
      taken.push(`${from === one.id} ${toString(body)}`)
    })
    const send = (body: Uint8Array): Promise<void> => passing(at, one.send(two.id, 'note', body))
    await send(fromString('a'))
    expect(taken).toEqual(['true a'])
    await expect(send(new Uint8Array())).rejects.toMatchObject({ fault: 'failed' })
    await stopAll(at, hosts)
  })

  it('tell of neighbours that come and go, and say goodbye', async () => {
    const at = scene()
    const hosts = await network(at, 3)
    const [one, two, three] = hosts as [Host, Host, Host]
    const events: string[] = []
    one.peers.addEventListener('peer:removed', ({ detail }) =>
      events.push(`${detail.why} ${detail.neighbour.id === two.id}`)
    )
    one.peers.addEventListener('peer:added', ({ detail }) => events.push(`added ${detail.id === two.id}`))
    void two.stop()
    await at.clock.advance(2_000)
    expect(events).toEqual(['farewell true'])
    expect(one.peers.size).toBe(1)
    void two.start()
    await at.clock.advance(90_000)
    expect(events.at(-1)).toBe('added true')
    await stopAll(at, [one, two, three])
  })

  it.each([
    ['another network', { network: 'other' }, 'other-network'],
    ['an older version', { agent: 'app/1.2.2' }, 'too-old']
  ] as const)('take no neighbour of %s, and both sides know why', async (_, difference, why) => {
    const at = scene()
    const wanted = { agent: 'app/1.2.3', leastAgent: '1.2.3' }
    const one = await at.host({ ...wanted, leastAgent: 'app/1.2.3' })
    const two = await at.host({ agent: 'app/1.2.3', bootstrap: [contact(one)], ...difference })
    const declined: string[] = []
    for (const host of [one, two])
      host.peers.addEventListener('peer:declined', ({ detail }) => declined.push(detail.why))
    await one.start()
    await two.start()
    // In one overlay, though they are of two minds about the rest.
    if (difference === undefined || 'network' in difference) {
      await one.pex.join('other')
      void two.pex.join('other', { bootstrap: [contact(one)] }).catch(() => {})
    }
    await at.clock.advance(20_000)
    expect(one.peers.size + two.peers.size).toBe(0)
    expect(new Set(declined)).toEqual(new Set([why]))
    await stopAll(at, [one, two])
  })

  it('take no neighbour whose clock is far off, and learn from most of them that their own is', async () => {
    const at = scene()
    const hosts = await network(at, 5)
    const far = await at.host({ bootstrap: [contact(hosts[0]!)] }, { skewMs: 700_000 })
    const near = await at.host({ bootstrap: [contact(hosts[0]!)] }, { skewMs: -60_000 })
    const alarms: boolean[] = []
    near.peers.addEventListener('clock:change', ({ detail }) => alarms.push(detail.isWrong))
    const declined: string[] = []
    far.peers.addEventListener('peer:declined', ({ detail }) => declined.push(detail.why))
    await far.start()
    await near.start()
    await at.clock.advance(30_000)
    expect(far.peers.size).toBe(0)
    expect(declined).toContain('clock-skew')
    expect(alarms).toEqual([true])
    expect(near.peers.clock).toMatchObject({ isWrong: true, skewMs: expect.closeTo(60_000, -3) })
    expect(hosts[0]!.peers.clock).toMatchObject({ isWrong: false })
    await stopAll(at, [...hosts, far, near])
  })

  it('come back from their book when everybody of their view is gone', async () => {
    const at = scene()
    const store = memoryStore()
    const hosts = await network(at, 4)
    const one = await at.host({ bootstrap: [contact(hosts[0]!)] }, { key: 50, store })
    await one.start()
    await at.clock.advance(20_000)
    expect(one.peers.size).toBeGreaterThan(0)
    void one.stop()
    await at.clock.advance(3_000)
    // Nothing is left of the view but the book.
    await store.open()
    const { entries } = await store.load('test')
    await store.save('test', { put: new Map(), remove: new Set(entries.keys()) })
    await store.close()

    const again = await at.host({}, { key: 50, store })
    await again.start()
    await at.clock.advance(90_000)
    expect(again.peers.size).toBeGreaterThan(0)
    await stopAll(at, [...hosts, again])
  })

  it('refuse options that make no sense', async () => {
    const at = scene()
    await expect(at.host({ network: 'my net' })).rejects.toThrow('blanks')
    await expect(at.host({ agent: 'app' })).rejects.toThrow('my-app/1.2.3')
    await expect(at.host({ leastAgent: '1.2' })).rejects.toThrow('my-app/1.2.3')
  })
})
