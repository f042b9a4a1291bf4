import { PexError } from '@pex/core'
import type { Transport } from '@pex/core'
import { joinTransports } from '@pex/service'
import { seeded, virtualClock } from '@pex/testkit'
import { transportSuite } from '@pex/testkit/transport'
import { memoryNetwork } from '@pex/transport-memory'
import { describe, expect, it } from 'vitest'

const bytes = new Uint8Array([1])
const signal = new AbortController().signal

/** Two networks that know nothing of each other, at latency 0. */
function networks() {
  const clock = virtualClock()
  const [one, other] = ['one', 'other'].map(name =>
    memoryNetwork({ clock, rng: seeded(1).fork(name), latencyMs: 0 })
  )
  const transport = (network: ReturnType<typeof memoryNetwork>, id: string, address: string): Transport =>
    network.transport(id, { addresses: [address] })
  return { clock, one: one!, other: other!, transport }
}

transportSuite({ describe, it, expect }, () => {
  const { clock, one, other, transport } = networks()
  let count = 0
  return {
    clock,
    nobody: () => ({ id: 'nobody', addresses: ['/memory/nobody'] }),
    create: async () => {
      const id = `host-${count++}`
      return {
        id,
        transport: joinTransports([
          transport(one, id, `/memory/one-${id}`),
          transport(other, id, `/memory/other-${id}`)
        ])
      }
    }
  }
})

describe('joined transports', () => {
  it('reach over one of them who cannot be reached over another, and serve on all', async () => {
    const { clock, one, other, transport } = networks()
    const dual = joinTransports([transport(one, 'dual', '/memory/a'), transport(other, 'dual', '/memory/b')])
    const left = transport(one, 'left', '/memory/left')
    const right = transport(other, 'right', '/memory/right')
    const all = [dual, left, right]
    await Promise.all(all.map(each => each.start()))
    for (const each of all) await each.handle('/echo', async from => new TextEncoder().encode(from))
    expect(dual.addresses()).toEqual(['/memory/a', '/memory/b'])
    const ask = async (from: Transport, id: string, addresses: readonly string[]): Promise<string> => {
      const answer = from.request({ id, addresses }, '/echo', bytes, { signal })
      await clock.advance(1_000)
      const { from: who, body } = await answer
      return `${who} heard ${new TextDecoder().decode(body)}`
    }
    expect(await ask(dual, 'left', ['/memory/left'])).toBe('left heard dual')
    expect(await ask(dual, 'right', ['/memory/right'])).toBe('right heard dual')
    expect(await ask(left, 'dual', dual.addresses())).toBe('dual heard left')
    expect(await ask(right, 'dual', dual.addresses())).toBe('dual heard right')
    await Promise.all(all.map(each => each.stop()))
  })

  it('start all or none, and stop all though one fails', async () => {
    const { one, transport } = networks()
    const good = transport(one, 'host', '/memory/good')
    const failure = new PexError('PEX_NO_ADDRESSES', 'the port is taken')
    const bad: Transport = {
      ...transport(one, 'bad', '/memory/bad'),
      start: () => Promise.reject(failure),
      stop: () => Promise.reject(failure),
      addresses: () => []
    }
    const joint = joinTransports([good, bad])
    await expect(joint.start()).rejects.toBe(failure)
    expect(good.addresses()).toEqual([])
    await good.start()
    await expect(joint.stop()).rejects.toBe(failure)
    expect(good.addresses()).toEqual([])
  })

  it('are one or more; one is itself', () => {
    const { one, transport } = networks()
    const single = transport(one, 'host', '/memory/host')
    expect(joinTransports([single])).toBe(single)
    expect(() => joinTransports([])).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })
})
