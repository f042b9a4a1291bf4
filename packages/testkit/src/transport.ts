/**
 * The contract of core's `Transport` port, as a suite that any transport passes, in virtual or in real time.
 *
 * The runner is handed in, and so is the way to make a transport; see `TransportSetup`. Each claim gets a setup of its own.
 */
import { limits } from '@pex/core'
import type { Handler } from '@pex/core'
import type { Runner } from './runner.ts'
import { contactOf, ENOUGH_MS, PROTOCOL, withScene } from './transport-scene.ts'
import type { Scene, TransportSetup, TransportSuiteOptions } from './transport-scene.ts'

export type { TransportPeer, TransportSetup, TransportSuiteOptions } from './transport-scene.ts'

type Claims = Readonly<Record<string, (scene: Scene) => Promise<void>>>

/** Declares the suite; `setup` is called once for each claim. */
export function transportSuite(
  runner: Runner,
  setup: () => TransportSetup | Promise<TransportSetup>,
  options: TransportSuiteOptions = {}
): void {
  const all = { parallel: 100, restartable: true, shortMs: 500, ...options }
  const groups: Readonly<Record<string, Claims>> = {
    'bytes to a peer and back': carrying,
    'what can go wrong': failing,
    'deadlines and aborts': ending,
    'start and stop': all.restartable ? { ...lifecycle, ...restarting } : lifecycle
  }
  runner.describe('transport', () => {
    for (const [group, claims] of Object.entries(groups)) {
      runner.describe(group, () => {
        for (const [claim, check] of Object.entries(claims)) {
          runner.it(claim, () => withScene(runner, setup, all, check), 2 * ENOUGH_MS + 2_000)
        }
      })
    }
  })
}

const carrying: Claims = {
  'question and answer arrive byte for byte, from empty to the largest': async ({
    expect,
    ask,
    peer,
    wait
  }) => {
    const questions: Uint8Array[] = []
    await peer.transport.handle(PROTOCOL, async (_from, body) => {
      questions.push(body.slice())
      return body.map(byte => byte ^ 0xff)
    })
    for (const length of [0, 1, 1_000, limits.maxMessageBytes]) {
      const body = pattern(length)
      const answer = await wait(ask({ body }))
      expect(same(questions.at(-1), body), `question of ${length} bytes`).toBe(true)
      expect(same(answer.body, pattern(length, 0xff)), `answer of ${length} bytes`).toBe(true)
    }
    expect(questions.length).toBe(4)
  },

  'the handler learns who asks, and the requester who answered': async ({
    expect,
    ask,
    asker,
    peer,
    wait
  }) => {
    const callers: string[] = []
    await peer.transport.handle(PROTOCOL, async from => {
      callers.push(from)
      return new Uint8Array()
    })
    expect((await wait(ask())).from).toBe(peer.id)
    const byAddress = { addresses: peer.transport.addresses() }
    expect((await wait(ask({ to: byAddress }))).from, 'known by address alone').toBe(peer.id)
    expect(callers).toEqual([asker.id, asker.id])
  },

  'requests under way at the same time do not mix': async ({ expect, ask, options, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    const bodies = Array.from({ length: options.parallel }, (_, i) => pattern(i * 7, i))
    const answers = await wait(Promise.all(bodies.map(body => ask({ body }))))
    expect(answers.filter(({ body }, i) => !same(body, bodies[i]!)).length).toBe(0)
  },

  'two peers can ask each other at the same time': async ({ expect, ask, asker, peer, wait, deadline }) => {
    await peer.transport.handle(PROTOCOL, async () => pattern(1))
    await asker.transport.handle(PROTOCOL, async () => pattern(2))
    const back = peer.transport.request(contactOf(asker), PROTOCOL, pattern(0), {
      signal: deadline(ENOUGH_MS)
    })
    const [there, here] = await wait(Promise.all([ask(), back]))
    expect([there.body.length, there.from, here.body.length, here.from]).toEqual([1, peer.id, 2, asker.id])
  },

  'each protocol has its own handler, and a second one replaces the first': async scene => {
    const { expect, ask, peer, wait } = scene
    await peer.transport.handle(PROTOCOL, async () => pattern(1))
    await peer.transport.handle('/pex-testkit/2', async () => pattern(2))
    expect((await wait(ask())).body.length).toBe(1)
    expect((await wait(ask({ protocol: '/pex-testkit/2' }))).body.length).toBe(2)
    await peer.transport.handle(PROTOCOL, async () => pattern(3))
    expect((await wait(ask())).body.length, 'after the handler was replaced').toBe(3)
  }
}

const failing: Claims = {
  'a protocol without a handler is PEX_UNSUPPORTED': async scene => {
    const { expect, ask, peer, wait } = scene
    await peer.transport.handle('/pex-testkit/2', echo)
    await expect(wait(ask())).rejects.toMatchObject(failure('PEX_UNSUPPORTED'))
  },

  'a handler that was taken away is PEX_UNSUPPORTED': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    await wait(ask())
    await peer.transport.unhandle(PROTOCOL)
    await expect(wait(ask())).rejects.toMatchObject(failure('PEX_UNSUPPORTED'))
  },

  'a handler that fails fails its own request and nothing else': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, async () => {
      throw new Error('on purpose')
    })
    const started = ask()
    await expect(wait(started)).rejects.toMatchObject({ name: 'PexError' })
    await peer.transport.handle(PROTOCOL, () => {
      throw new Error('at once, on purpose')
    })
    await expect(wait(ask())).rejects.toMatchObject({ name: 'PexError' })
    await peer.transport.handle(PROTOCOL, echo)
    expect((await wait(ask({ body: pattern(5) }))).body.length).toBe(5)
  },

  'a question over the limit is refused before it is sent': async ({ expect, ask, peer, wait }) => {
    let calls = 0
    await peer.transport.handle(PROTOCOL, async () => {
      calls++
      return new Uint8Array()
    })
    const asked = ask({ body: new Uint8Array(limits.maxMessageBytes + 1) })
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_INVALID_PARAMETER'))
    await wait(ask())
    expect(calls, 'only the second question arrives').toBe(1)
  },

  'an answer over the limit is never delivered': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, async () => new Uint8Array(limits.maxMessageBytes + 1))
    await expect(wait(ask())).rejects.toMatchObject({ name: 'PexError' })
    await peer.transport.handle(PROTOCOL, echo)
    await wait(ask())
  },

  'somebody else at the address is a failure': async ({ expect, ask, create, peer, wait }) => {
    let calls = 0
    await peer.transport.handle(PROTOCOL, async () => {
      calls++
      return new Uint8Array()
    })
    const other = await create()
    const asked = ask({ to: { id: other.id, addresses: peer.transport.addresses() } })
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_UNREACHABLE'))
    expect(calls, 'the wrong peer never sees the question').toBe(0)
  },

  'an address where nobody listens is PEX_UNREACHABLE': async ({ expect, ask, nobody, wait }) => {
    await expect(wait(ask({ to: await nobody() }))).rejects.toMatchObject(failure('PEX_UNREACHABLE'))
  },

  'a peer that has stopped is PEX_UNREACHABLE': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    const to = contactOf(peer)
    await wait(ask({ to }))
    await wait(peer.transport.stop())
    await expect(wait(ask({ to }))).rejects.toMatchObject(failure('PEX_UNREACHABLE'))
  }
}

const ending: Claims = {
  'a handler that never answers ends with the deadline, PEX_TIMEOUT, and is told': async scene => {
    const { expect, ask, deadline, options, peer, wait } = scene
    const { handler, told } = held()
    await peer.transport.handle(PROTOCOL, handler)
    const asked = ask({ signal: deadline(options.shortMs) })
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_TIMEOUT'))
    await wait(told)
  },

  'a signal that is aborted already sends nothing': async ({ expect, ask, peer, wait }) => {
    let calls = 0
    await peer.transport.handle(PROTOCOL, async () => {
      calls++
      return new Uint8Array()
    })
    const passed = AbortSignal.abort(new DOMException('too late', 'TimeoutError'))
    await expect(wait(ask({ signal: passed }))).rejects.toMatchObject(failure('PEX_TIMEOUT'))
    await expect(wait(ask({ signal: AbortSignal.abort() }))).rejects.toMatchObject(failure('PEX_ABORTED'))
    await wait(ask())
    expect(calls, 'only the last question arrives').toBe(1)
  },

  'the caller can abort at once, PEX_ABORTED': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    const controller = new AbortController()
    const asked = ask({ signal: controller.signal })
    controller.abort()
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_ABORTED'))
  },

  'the handler is told when the requester goes, and both live on': async ({ expect, ask, peer, wait }) => {
    const { handler, entered, told } = held()
    await peer.transport.handle(PROTOCOL, handler)
    const controller = new AbortController()
    const asked = later(ask({ signal: controller.signal }))
    expect((await wait(entered)).aborted, 'the signal of a request that has just come').toBe(false)
    controller.abort()
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_ABORTED'))
    await wait(told)
    await peer.transport.handle(PROTOCOL, echo)
    expect((await wait(ask({ body: pattern(9) }))).body.length).toBe(9)
  },

  'an abort after the answer changes nothing': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    const controller = new AbortController()
    expect((await wait(ask({ signal: controller.signal, body: pattern(3) }))).body.length).toBe(3)
    controller.abort()
    expect((await wait(ask({ body: pattern(4) }))).body.length).toBe(4)
  }
}

const lifecycle: Claims = {
  'a transport that runs says where it can be reached': async ({ expect, peer }) => {
    expect(peer.transport.addresses().length).toBeGreaterThanOrEqual(1)
  },

  'starting twice and stopping twice is harmless': async ({ expect, ask, peer, wait }) => {
    await peer.transport.handle(PROTOCOL, echo)
    await wait(peer.transport.start())
    expect((await wait(ask({ body: pattern(2) }))).body.length).toBe(2)
    await wait(peer.transport.stop())
    await wait(peer.transport.stop())
  },

  'stop ends the requests under way and refuses new ones, PEX_ABORTED': async scene => {
    const { expect, ask, asker, peer, wait } = scene
    const { handler, entered } = held()
    await peer.transport.handle(PROTOCOL, handler)
    const asked = later(ask())
    await wait(entered)
    await wait(asker.transport.stop())
    await expect(wait(asked)).rejects.toMatchObject(failure('PEX_ABORTED'))
    await expect(wait(ask())).rejects.toMatchObject(failure('PEX_ABORTED'))
  },

  'a responder that stops tells its handlers and fails its requesters': async ({
    expect,
    ask,
    peer,
    wait
  }) => {
    const { handler, entered, told } = held()
    await peer.transport.handle(PROTOCOL, handler)
    const asked = later(ask())
    await wait(entered)
    await wait(peer.transport.stop())
    await wait(told)
    await expect(wait(asked)).rejects.toMatchObject({ name: 'PexError' })
  },

  'a listener of addresses hears nothing after it has left': async ({ expect, create, wait }) => {
    const { transport } = await create()
    let calls = 0
    const leave = transport.watchAddresses(() => calls++)
    leave()
    leave()
    await wait(transport.start())
    await wait(transport.stop())
    expect(calls).toBe(0)
  }
}

const restarting: Claims = {
  'a transport that was stopped can be started again, handlers and all': async scene => {
    const { expect, ask, asker, peer, wait } = scene
    await peer.transport.handle(PROTOCOL, echo)
    await wait(ask())
    for (const { transport } of [peer, asker]) {
      await wait(transport.stop())
      await wait(transport.start())
    }
    expect((await wait(ask({ body: pattern(6) }))).body.length).toBe(6)
  }
}

const echo: Handler = async (_from, body) => body

/** A handler that never answers; `entered` resolves to its signal, `told` when that is aborted. */
function held(): { handler: Handler; entered: Promise<AbortSignal>; told: Promise<void> } {
  let enter: (signal: AbortSignal) => void
  const entered = new Promise<AbortSignal>(resolve => (enter = resolve))
  const told = entered.then(
    signal =>
      new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve())
      })
  )
  const handler: Handler = (_from, _body, { signal }) => {
    enter(signal)
    return new Promise(() => {})
  }
  return { handler, entered, told }
}

/** A request whose failure is looked at later: until then it is no unhandled rejection. */
function later<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {})
  return asked
}

function failure(code: string): { name: string; code: string } {
  return { name: 'PexError', code }
}

function pattern(length: number, mask: number = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((i * 31 + length) ^ mask) & 0xff)
}

function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
}
