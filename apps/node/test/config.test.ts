import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { policies } from '@pex/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveSettings } from '../src/config.ts'
import { Failure } from '../src/failure.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pex-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function file(content: string): string {
  const path = join(directory, 'pex.json')
  writeFileSync(path, content)
  return path
}

function failure(work: () => unknown): Failure {
  try {
    work()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing failed')
}

describe('settings', () => {
  it('have safe defaults: a free port that only this machine reaches', () => {
    const { settings, origins } = resolveSettings({}, { XDG_DATA_HOME: '/x' })
    expect(settings).toEqual({
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [],
      discover: [],
      namespace: ['pex'],
      data: '/x/pex',
      tickMs: 300_000,
      store: 'level',
      wire: 'native',
      scope: 'auto',
      nat: 'none'
    })
    expect(origins.size).toBe(0)
  })

  it('ignore a relative XDG_DATA_HOME, as its specification asks', () => {
    expect(resolveSettings({}, { XDG_DATA_HOME: 'x' }).settings.data).toMatch(/\.local\/share\/pex$/)
  })

  it('prefer the command line to the environment, and the environment to the file', () => {
    const config = file('{ "tick": "1s", "store": "memory", "namespace": "f" }')
    const env = { PEX_TICK: '2s', PEX_STORE: 'level', PEX_CONFIG: config }
    const { settings, origins } = resolveSettings({ tick: '3s' }, env)
    expect(settings).toMatchObject({ tickMs: 3_000, store: 'level', namespace: ['f'] })
    expect([...origins]).toEqual([
      ['tick', '--tick'],
      ['store', 'PEX_STORE'],
      ['namespace', `the key "namespace" in ${config}`]
    ])
  })

  it('name a policy of the core; there is no need to', () => {
    expect(resolveSettings({}, {}).settings.policy).toBeUndefined()
    for (const policy of Object.keys(policies))
      expect(resolveSettings({ policy }, {}).settings.policy).toBe(policy)
    expect(resolveSettings({ policy: 'casm' }, { PEX_POLICY: 'cyclon' }).settings.policy).toBe('casm')
    const error = failure(() => resolveSettings({}, { PEX_POLICY: 'toString' }))
    expect(error.message).toBe('PEX_POLICY "toString" is no policy')
    expect(error.next).toMatch(/^one of .*casm/)
  })

  it('check what is overruled too', () => {
    const error = failure(() => resolveSettings({ tick: '3s' }, { PEX_TICK: 'soon' }))
    expect(error.message).toBe('PEX_TICK "soon" is not a duration')
  })

  it('take lists from the environment with commas or blanks, and an empty variable for none', () => {
    const { settings } = resolveSettings({}, { PEX_NAMESPACE: 'a, b  c,a', PEX_BOOTSTRAP: '' })
    expect(settings).toMatchObject({ namespace: ['a', 'b', 'c'], bootstrap: [] })
  })

  it('take a data path in a file relative to the file', () => {
    expect(resolveSettings({ config: file('{ "data": "d" }') }, {}).settings.data).toBe(join(directory, 'd'))
  })

  it.each([
    ['0', 'is not a duration'],
    ['0s', 'is too short'],
    ['9ms', 'is too short'],
    ['25h', 'is too long']
  ])('refuse --tick %s: it %s', (tick, why) => {
    const error = failure(() => resolveSettings({ tick }, {}))
    expect(error).toMatchObject({ code: 'PEX_USAGE', exitCode: 2, message: `--tick "${tick}" ${why}` })
    expect(error.next).toContain('from 10ms to 24h')
  })

  it.each([
    [['n'.repeat(65)], /of 65 bytes/],
    [['é'.repeat(33)], /of 66 bytes/],
    [['a b'], /blanks/],
    [['a\u0000'], /blanks/],
    [[''], /empty/],
    [[], /empty/],
    [Array.from({ length: 65 }, (_, i) => `n${i}`), /more than 64/]
  ])('refuse the namespaces %j', (namespace, why) => {
    expect(failure(() => resolveSettings({ namespace }, {})).message).toMatch(why)
  })

  it('refuse a near miss of a variable and let those of other programs pass', () => {
    expect(failure(() => resolveSettings({}, { PEX_BOOTSTAP: 'x' })).next).toBe('PEX_BOOTSTRAP')
    expect(failure(() => resolveSettings({}, { PEX_NAMESPACES: 'x' })).next).toBe('PEX_NAMESPACE')
    const others = { PEX_ROOT: 'x', PEX_PATH: 'x', PEX_SCRIPT: 'x', PEX_VERBOSE: '1', PEX_TOOLS: '1' }
    expect(resolveSettings({}, others).settings.store).toBe('level')
  })
})

describe('a config file', () => {
  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['"tick"', 'is not a JSON object'],
    ['{ "tcik": "1s" }', 'the key "tcik"'],
    ['{ "tick": 1 }', 'is not a text'],
    ['{ "listen": 1 }', 'is not a multiaddr or a list of them'],
    ['{ "listen": [1] }', 'is not a multiaddr or a list of them'],
    ['{ "store": "redis" }', 'is no kind of store'],
    ['{ "data": "a\\u0000b" }', 'is not a path']
  ])('%s is refused with its name and a next step', (content, why) => {
    const error = failure(() => resolveSettings({ config: file(content) }, {}))
    expect(error.code).toBe('PEX_USAGE')
    expect(error.message).toContain(why)
    expect(error.message).toContain('pex.json')
    expect(error.message).not.toContain('\n')
    expect(error.next).not.toBe('')
  })

  it('that does not exist is named', () => {
    expect(failure(() => resolveSettings({ config: '/none.json' }, {})).message).toContain('/none.json')
  })

  it('may begin with a byte order mark', () => {
    expect(resolveSettings({ config: file('\uFEFF{ "tick": "1s" }') }, {}).settings.tickMs).toBe(1_000)
  })

  it('that is longer than any config is not read', () => {
    expect(failure(() => resolveSettings({ config: file(' '.repeat(1_048_577)) }, {})).message).toContain(
      'longer'
    )
  })

  it('with any bytes gives settings or one clear failure', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map(value => JSON.stringify({ tick: value }))
        ),
        text => {
          try {
            resolveSettings({ config: file(text) }, {})
          } catch (error) {
            expect(error).toBeInstanceOf(Failure)
          }
        }
      ),
      { numRuns: 500 }
    )
  })
})

describe('names that mean something to JavaScript', () => {
  const payloads = [
    '{ "__proto__": { "polluted": 1 } }',
    '{ "constructor": { "prototype": { "polluted": 1 } } }',
    '{ "prototype": { "polluted": 1 } }',
    '{ "toString": "x" }',
    '{ "hasOwnProperty": "x" }',
    '{ "valueOf": 1 }',
    '{ "__defineGetter__": 1 }',
    '{ "__proto__": null, "tick": "1s" }',
    '{ "listen": { "__proto__": { "polluted": 1 } } }',
    '{ "namespace": [{ "__proto__": { "polluted": 1 } }] }',
    '{ "tick": { "constructor": { "prototype": { "polluted": 1 } } } }',
    '{ "store": "__proto__" }'
  ]

  function expectUnpolluted(): void {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  }

  it.each(payloads)('are refused in a file: %s', content => {
    expect(failure(() => resolveSettings({ config: file(content) }, {})).code).toBe('PEX_USAGE')
    expectUnpolluted()
  })

  it.each(payloads)('are only text in variables and options: %s', content => {
    expect(failure(() => resolveSettings({}, { PEX_TICK: content })).code).toBe('PEX_USAGE')
    expect(failure(() => resolveSettings({ store: content }, {})).code).toBe('PEX_USAGE')
    expectUnpolluted()
  })

  it('are good namespaces', () => {
    const namespace = ['__proto__', 'constructor', 'toString']
    expect(resolveSettings({ namespace }, {}).settings.namespace).toEqual(namespace)
    expectUnpolluted()
  })
})
