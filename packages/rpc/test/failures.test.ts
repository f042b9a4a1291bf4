import { limits, PexError } from '@pex/core'
import { bytes, createRpc, json, RpcError, RpcFailure } from '@pex/rpc'
import { describe, expect, it } from 'vitest'
import { after, gate, meet, scene, watch } from './world.ts'

const sums = json<{ a: number; b: number }, number>()

describe('every way to fail has its error', () => {
  const failure = async (call: Promise<unknown>, ms?: number): Promise<RpcError> =>
    (await after(call, ms)).error

  it('a handler’s own failure comes as its code and message', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('get', () => {
      throw new RpcFailure('not-found', 'there is no such key')
    })
    const error = await failure(alice.rpc.call(bob.contact, 'get', new Uint8Array()))
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toBeInstanceOf(PexError)
    expect(error).toMatchObject({
      code: 'PEX_REFUSED',
      fault: 'failed',
      remote: { code: 'not-found', message: 'there is no such key' }
    })
  })

  it('a failure’s words are cut to what a reply may carry, between characters', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('get', async () => {
      throw new RpcFailure('ä'.repeat(1_000), '€'.repeat(100_000))
    })
    const { remote } = await failure(alice.rpc.call(bob.contact, 'get', new Uint8Array()))
    expect(remote).toEqual({ code: 'ä'.repeat(32), message: '€'.repeat(341) })
  })

  it('whatever else a handler throws stays with its host, which hears of it', async () => {
    const { alice, bob } = await meet()
    for (const [type, thrown] of Object.entries({
      error: new Error('the secret is 42'),
      nothing: undefined
    })) {
      bob.rpc.handle(type, (): never => {
        // oxlint-disable-next-line typescript/only-throw-error -- whatever a handler throws
        throw thrown
      })
      const error = await failure(alice.rpc.call(bob.contact, type, new Uint8Array()))
      expect(error.remote).toEqual({ code: 'internal', message: '' })
      expect(error.message).not.toContain('secret')
      expect(bob.logged.at(-1)).toContain(thrown)
    }
    expect(bob.rpc.counts.failed).toBe(2)
  })

  it('an answer that has no form in bytes, or none that fits, fails at the handler’s side', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('none', json<null, undefined>(), () => undefined)
    bob.rpc.handle('long', () => new Uint8Array(limits.maxMessageBytes))
    const none = await failure(alice.rpc.call(bob.contact, 'none', new TextEncoder().encode('null')))
    expect(none.remote?.code).toBe('internal')
    const long = await failure(alice.rpc.call(bob.contact, 'long', new Uint8Array()))
    expect(long).toMatchObject({ code: 'PEX_REFUSED', fault: 'too-long' })
    expect(bob.rpc.counts.refused['too-long']).toBe(1)
  })

  it('the longest answer that fits is carried', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('long', () => new Uint8Array(limits.maxMessageBytes - 1))
    const { value } = await after(alice.rpc.call(bob.contact, 'long', new Uint8Array()))
    expect(value?.value.length).toBe(limits.maxMessageBytes - 1)
  })

  it('a type that nobody handles is PEX_UNSUPPORTED, and so is a peer without rpc', async () => {
    const { alice, bob } = await meet()
    const unknown = await failure(alice.rpc.call(bob.contact, 'nothing', new Uint8Array()))
    expect(unknown).toMatchObject({ code: 'PEX_UNSUPPORTED', fault: 'unknown-type' })
    await bob.rpc.stop()
    const without = await failure(alice.rpc.call(bob.contact, 'nothing', new Uint8Array()))
    expect(without.code).toBe('PEX_UNSUPPORTED')
    expect(without).not.toBeInstanceOf(RpcError)
  })

  it('a type that was taken back is handled no more', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('echo', body => body)
    bob.rpc.unhandle('echo')
    expect((await failure(alice.rpc.call(bob.contact, 'echo', new Uint8Array()))).fault).toBe('unknown-type')
  })

  it('names of the prototype are types like others', async () => {
    const { alice, bob } = await meet()
    for (const type of ['__proto__', 'constructor', 'toString'])
      expect((await failure(alice.rpc.call(bob.contact, type, new Uint8Array()))).fault).toBe('unknown-type')
  })

  it('a question that the handler’s codec cannot read is refused and counted', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('sum', sums, ({ a, b }) => a + b)
    const error = await failure(alice.rpc.call(bob.contact, 'sum', Uint8Array.of(0x7b)))
    expect(error).toMatchObject({ code: 'PEX_REFUSED', fault: 'malformed' })
    expect(bob.rpc.counts).toMatchObject({ served: 0, rejected: { 'bad-body': 1 } })
  })

  it('an answer that the caller’s codec cannot read is PEX_REJECTED and counted', async () => {
    const { alice, bob } = await meet()
    bob.rpc.handle('sum', { question: sums.question, answer: bytes.answer }, () => Uint8Array.of(0xff))
    const error = await failure(alice.rpc.call(bob.contact, 'sum', { a: 1, b: 2 }, { codecs: sums }))
    expect(error).toMatchObject({ code: 'PEX_REJECTED', fault: 'bad-body' })
    expect(alice.rpc.counts.rejected['bad-body']).toBe(1)
  })

  it('a check beside JSON keeps out values of another shape', async () => {
    const { alice, bob } = await meet()
    const checked = json({
      question: value => {
        if (typeof value !== 'string') throw new TypeError('a string is needed')
        return value
      }
    })
    bob.rpc.handle('shout', checked, word => word.toUpperCase())
    const loose = { codecs: json() }
    expect((await after(alice.rpc.call(bob.contact, 'shout', 'a', loose))).value?.value).toBe('A')
    expect((await failure(alice.rpc.call(bob.contact, 'shout', 7, loose))).fault).toBe('malformed')
  })

  it('nobody there, somebody else there, a crash on the way: the transport’s own errors', async () => {
    const { alice, bob, network } = await meet()
    const nobody = { id: 'carol', addresses: ['/memory/carol'] }
    expect((await failure(alice.rpc.call(nobody, 'echo', new Uint8Array()))).code).toBe('PEX_UNREACHABLE')
    bob.rpc.handle('wait', () => gate<Uint8Array>().promise)
    const lost = watch(alice.rpc.call(bob.contact, 'wait', new Uint8Array()))
    await scene.clock.advance(15)
    network.kill('bob')
    await scene.clock.advance(40_000)
    expect(lost.error.code).toBe('PEX_TIMEOUT')
  })

  it.each<[string, () => [type: string, value: unknown, options?: object]]>([
    ['an empty type', () => ['', new Uint8Array()]],
    ['a type of 65 bytes', () => ['x'.repeat(65), new Uint8Array()]],
    ['half a character', () => ['\ud800', new Uint8Array()]],
    ['no time', () => ['echo', new Uint8Array(), { timeoutMs: 0 }]],
    ['time that is no number', () => ['echo', new Uint8Array(), { timeoutMs: Number.NaN }]],
    [
      'more time than a transport gives',
      () => ['echo', new Uint8Array(), { timeoutMs: limits.exchangeMs + 1 }]
    ],
    ['a body that is too long', () => ['echo', new Uint8Array(limits.maxMessageBytes)]],
    ['a body that is none', () => ['echo', 'text']],
    ['a value without a form', () => ['echo', undefined, { codecs: json() }]]
  ])('%s is PEX_INVALID_PARAMETER, and nothing is sent', async (_, call) => {
    const { alice, bob, network } = await meet()
    const [type, value, options] = call()
    const error = await failure(alice.rpc.call(bob.contact, type, value as Uint8Array, options))
    expect(error.code).toBe('PEX_INVALID_PARAMETER')
    expect(network.traffic.requests).toBe(0)
  })

  it('bounds that are no positive integers are refused', async () => {
    const { alice, clock } = await meet()
    for (const value of [0, -1, 1.5, Number.NaN, Infinity])
      for (const name of ['maxCalls', 'maxCallsPerPeer', 'maxServed', 'maxServedPerPeer'])
        expect(() => createRpc({ transport: alice.transport, clock, rng: () => 0, [name]: value })).toThrow(
          expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
        )
    expect(() => alice.rpc.handle('', () => new Uint8Array())).toThrow(/1 to 64 bytes/)
  })
})
