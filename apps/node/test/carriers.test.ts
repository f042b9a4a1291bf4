/** Hosts over UDP, over libp2p and over both, and how they find each other without being told an address. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pex, temporaryDirectory, TestHost } from './processes.ts'

const udp = ['--listen', '/ip4/127.0.0.1/udp/0/noise']
const tcp = ['--listen', '/ip4/127.0.0.1/tcp/0']
const dual = ['--listen', '/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/udp/0/noise']

function host(options: readonly string[], ...bootstrap: readonly string[]): TestHost {
  const asked = bootstrap.length === 0 ? [] : ['--bootstrap', ...bootstrap]
  return new TestHost(temporaryDirectory(), [...options, ...asked])
}

/** The complete addresses of a host, and its id. */
async function listening(from: TestHost): Promise<{ id: string; addrs: readonly string[] }> {
  const { id, addrs } = await from.event('listening')
  return { id: String(id), addrs: addrs as string[] }
}

describe('pex start over UDP', () => {
  it('takes part as over libp2p: it meets, it remembers, and it finds its peers again without a bootstrap address', async () => {
    const first = host(udp)
    const { id, addrs } = await listening(first)
    expect(addrs).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/udp\/\d+\/noise\/p2p\/12D3/)])
    const second = host(udp, ...addrs)
    const other = await listening(second)
    await Promise.all([first.knows([other.id]), second.knows([id])])
    second.kill('SIGTERM')
    expect(await second.ended).toEqual({ code: 0, signal: null })
    expect(second.stderr).toBe('')
    const again = new TestHost(second.data, udp)
    await again.event('exchange')
    expect([...again.view]).toContain(id)
  })

  it('takes /udp/<port> alone for the same', async () => {
    const { addrs } = await listening(host(['--listen', '/ip4/127.0.0.1/udp/0']))
    expect(addrs[0]).toMatch(/\/udp\/\d+\/noise\/p2p\//)
  })

  it('is one overlay with libp2p, through hosts that have both', async () => {
    const bridge = host(dual)
    const { id, addrs } = await listening(bridge)
    expect(addrs.map(address => address.includes('/udp/')).toSorted()).toEqual([false, true])
    const overUdp = host(
      udp,
      addrs.find(address => address.includes('/udp/'))!
    )
    const overTcp = host(
      tcp,
      addrs.find(address => address.includes('/tcp/'))!
    )
    const [left, right] = [await listening(overUdp), await listening(overTcp)]
    await Promise.all([bridge.knows([left.id, right.id]), overUdp.knows([id]), overTcp.knows([id])])
    for (const each of [bridge, overUdp, overTcp]) await each.event('exchange')
  })

  it('keeps strangers out where there is a secret, over UDP and over libp2p', async () => {
    const secret = join(temporaryDirectory(), 'network.key')
    writeFileSync(secret, `${'ab'.repeat(32)}\n`, { mode: 0o600 })
    const closed = host([...dual, '--secret', secret])
    const { id, addrs } = await listening(closed)
    const member = host([...dual, '--secret', secret], ...addrs)
    await member.knows([id])
    const stranger = host(dual, ...addrs)
    await stranger.until(line => line['event'] === 'round' && Number(line['round']) >= 3)
    expect([...stranger.view]).toEqual([])
    chmodSync(secret, 0o644)
    const careless = await pex(['start', '--data', temporaryDirectory(), '--secret', secret])
    expect(careless).toMatchObject({ code: 1, stdout: '' })
    expect(careless.stderr).toMatch(/can be read or changed by others.*try chmod 600/)
  })
})

describe('pex start --wire', () => {
  it('casm and both: they exchange on casm’s wire, which one that speaks only our own does not', async () => {
    const go = host([...tcp, '--wire', 'casm'])
    const { id, addrs } = await listening(go)
    const both = host([...udp, ...tcp.slice(1), '--wire', 'both'], ...addrs)
    const other = await listening(both)
    await Promise.all([go.knows([other.id]), both.knows([id])])
    const native = host([...tcp, '--wire', 'native'], ...addrs)
    // On a busy machine the first try may be out of time before it is out of wires.
    const failed = await native.until(({ event, code }) => event === 'failed' && code !== 'PEX_TIMEOUT')
    expect(failed).toMatchObject({ peer: id, code: 'PEX_UNSUPPORTED' })
    expect([...native.view]).toEqual([])
  })
})

describe('pex start --discover', () => {
  // A group of its own, so that other tests and other people on this network have nothing to do with it.
  const group = `lan:239.77.${process.pid % 250}.7:${20_000 + (process.pid % 20_000)}`

  it('lan: two hosts of one machine find each other, and nobody has told them an address', async () => {
    const hosts = [host([...tcp, '--discover', group]), host([...udp, ...tcp.slice(1), '--discover', group])]
    const [one, other] = [await listening(hosts[0]!), await listening(hosts[1]!)]
    await Promise.all([hosts[0]!.knows([other.id]), hosts[1]!.knows([one.id])])
    for (const each of hosts) each.kill('SIGTERM')
    for (const each of hosts) expect(await each.ended).toEqual({ code: 0, signal: null })
  })

  it('crawl: over a range of ports', async () => {
    const low = 30_000 + (process.pid % 20_000)
    const range = `crawl:127.0.0.1:${low}-${low + 7}`
    const hosts = [host([...tcp, '--discover', range]), host([...tcp, '--discover', range])]
    const [one, other] = [await listening(hosts[0]!), await listening(hosts[1]!)]
    await Promise.all([hosts[0]!.knows([other.id]), hosts[1]!.knows([one.id])])
    expect([...hosts[0]!.view]).toEqual([other.id])
  })
})
