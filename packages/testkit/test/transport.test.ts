/**
 * The suite tested: a sound transport passes every claim, and for each claim there is a broken transport that fails it.
 */
import { limits, PexError } from '@pex/core'
import type { Handler, PexErrorCode, Transport } from '@pex/core'
import { seeded, virtualClock } from '@pex/testkit'
import type { Runner, VirtualClock } from '@pex/testkit'
import { transportSuite } from '@pex/testkit/transport'
import { memoryNetwork } from '@pex/transport-memory'
import { describe, expect, it } from 'vitest'

/** Makes one sound transport into a broken one. */
type Fault = (sound: Transport, clock: VirtualClock) => Partial<Transport>

/** What breaks each claim. */
const faults: Readonly<Record<string, Fault>> = {
  'question and answer arrive byte for byte, from empty to the largest': sound => ({
    request: async (...args) => {
      const { from, body } = await sound.request(...args)
      return { from, body: body.subarray(0, 65_535) }
    }
  }),
  'the handler learns who asks, and the requester who answered': sound => ({
    handle: (protocol, handler) => sound.handle(protocol, (_from, ...rest) => handler('somebody', ...rest))
  }),
  'requests under way at the same time do not mix': sound => {
    let last = new Uint8Array()
    return {
      request: async (...args) => {
        const { from, body } = await sound.request(...args)
        const mixed = { from, body: last }
        last = body.slice()
        return mixed
      }
    }
  },
  'two peers can ask each other at the same time': sound => {
    let asking = 0
    return {
      request: (...args) => {
        asking++
        return sound.request(...args).finally(() => asking--)
      },
      handle: (protocol, handler) =>
        sound.handle(protocol, async (...args) =>
          asking > 0 ? Promise.reject(new Error('busy')) : handler(...args)
        )
    }
  },
  'each protocol has its own handler, and a second one replaces the first': sound => {
    const seen = new Set<string>()
    return {
      handle: async (protocol, handler) => {
        if (!seen.has(protocol)) await sound.handle(protocol, handler)
        seen.add(protocol)
      }
    }
  },
  'a protocol without a handler is PEX_UNSUPPORTED': renamed('PEX_UNSUPPORTED', 'PEX_UNREACHABLE'),
  'a handler that was taken away is PEX_UNSUPPORTED': () => ({ unhandle: async () => {} }),
  'a handler that fails fails its own request and nothing else': sound => ({
    handle: (protocol, handler) =>
      sound.handle(protocol, async (...args) => {
        try {
          return await handler(...args)
        } catch {
          return new Uint8Array()
        }
      })
  }),
  'a question over the limit is refused before it is sent': sound => ({
    request: (to, protocol, body, options) =>
      sound.request(to, protocol, body.subarray(0, limits.maxMessageBytes), options)
  }),
  'an answer over the limit is never delivered': sound => ({
    handle: (protocol, handler) =>
      sound.handle(protocol, async (...args) => (await handler(...args)).subarray(0, limits.maxMessageBytes))
  }),
  'somebody else at the address is a failure': sound => ({
    request: ({ addresses }, ...rest) => sound.request({ addresses }, ...rest)
  }),
  'an address where nobody listens is PEX_UNREACHABLE': renamed('PEX_UNREACHABLE', 'PEX_TIMEOUT'),
  'a peer that has stopped is PEX_UNREACHABLE': () => ({ stop: async () => {} }),
  'a handler that never answers ends with the deadline, PEX_TIMEOUT, and is told': renamed(
    'PEX_TIMEOUT',
    'PEX_ABORTED'
  ),
  'a signal that is aborted already sends nothing': sound => ({
    request: (to, protocol, body, options) => {
      sound.request(to, protocol, body, { signal: new AbortController().signal }).catch(() => {})
      return sound.request(to, protocol, body, options)
    }
  }),
  'the caller can abort at once, PEX_ABORTED': sound => ({
    request: (to, protocol, body) =>
      sound.request(to, protocol, body, { signal: new AbortController().signal })
  }),
  'the handler is told when the requester goes, and both live on': untold,
  'an abort after the answer changes nothing': sound => {
    let broken = false
    return {
      request: (to, protocol, body, options) => {
        options.signal.addEventListener('abort', () => (broken = true))
        return broken ? Promise.reject(new Error('broken')) : sound.request(to, protocol, body, options)
      }
    }
  },
  'a transport that runs says where it can be reached': () => ({ addresses: () => [] }),
  'starting twice and stopping twice is harmless': sound => {
    let stopped = false
    return {
      stop: async () => {
        if (stopped) throw new Error('stopped already')
        stopped = true
        await sound.stop()
      }
    }
  },
  'stop ends the requests under way and refuses new ones, PEX_ABORTED': renamed(
    'PEX_ABORTED',
    'PEX_UNREACHABLE'
  ),
  'a responder that stops tells its handlers and fails its requesters': untold,
  'a listener of addresses hears nothing after it has left': sound => ({
    watchAddresses: listener => {
      sound.watchAddresses(listener)
      return () => {}
    }
  }),
  'a transport that was stopped can be started again, handlers and all': sound => {
    const protocols = new Set<string>()
    return {
      handle: (protocol, handler) => {
        protocols.add(protocol)
        return sound.handle(protocol, handler)
      },
      stop: async () => {
        await sound.stop()
        for (const protocol of protocols) await sound.unhandle(protocol)
      }
    }
  }
}

function renamed(from: PexErrorCode, to: PexErrorCode): Fault {
  return sound => ({
    request: (...args) =>
      sound.request(...args).catch(error => {
        throw error.code === from ? new PexError(to, error.message) : error
      })
  })
}

function untold(sound: Transport): Partial<Transport> {
  const deaf = (handler: Handler): Handler => {
    return (from, body) => handler(from, body, { signal: new AbortController().signal })
  }
  return { handle: (protocol, handler) => sound.handle(protocol, deaf(handler)) }
}

function forward(sound: Transport): Transport {
  return {
    start: () => sound.start(),
    stop: () => sound.stop(),
    addresses: () => sound.addresses(),
    watchAddresses: listener => sound.watchAddresses(listener),
    request: (...args) => sound.request(...args),
    handle: (...args) => sound.handle(...args),
    unhandle: protocol => sound.unhandle(protocol)
  }
}

/** The suite's claims, as functions to call, on transports with the fault. */
function claims(fault: Fault, restartable = true): Map<string, () => Promise<void>> {
  const declared = new Map<string, () => Promise<void>>()
  const runner: Runner = {
    describe: (_name, body) => body(),
    it: (name, body) => declared.set(name, async () => body()),
    expect
  }
  const setup = () => {
    const clock = virtualClock()
    const network = memoryNetwork({ clock, rng: seeded(1), latencyMs: 3 })
    let count = 0
    return {
      clock,
      nobody: () => ({ id: 'nobody', addresses: ['/memory/nobody'] }),
      create: async () => {
        const id = `host-${count++}`
        const sound = network.transport(id)
        return { id, transport: { ...forward(sound), ...fault(sound, clock) } }
      }
    }
  }
  transportSuite(runner, setup, { restartable })
  return declared
}

describe('the transport suite', () => {
  const sound = claims(() => ({}))

  it('has a broken transport for each of its claims', () => {
    expect([...sound.keys()].toSorted()).toEqual(Object.keys(faults).toSorted())
  })

  it.each(Object.entries(faults))('notices when this does not hold: %s', async (claim, fault) => {
    await sound.get(claim)!()
    await expect(claims(fault).get(claim)!()).rejects.toBeInstanceOf(Error)
  })

  it('notices a timer that is left behind', async () => {
    const leaking = claims((transport, clock) => ({
      start: async () => {
        clock.after(1_000_000, () => {})
        await transport.start()
      }
    }))
    await expect(leaking.get('a transport that runs says where it can be reached')!()).rejects.toThrow(
      'timers left'
    )
  })

  it('leaves restarting out for a transport that cannot', () => {
    const names = [...claims(() => ({}), false).keys()]
    expect([...sound.keys()].filter(name => !names.includes(name))).toEqual([
      'a transport that was stopped can be started again, handlers and all'
    ])
  })
})
