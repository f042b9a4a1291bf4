/** The demo's bookkeeping and its picture, without any process. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawBoard } from '../src/demo/board.ts'
import { Model } from '../src/demo/model.ts'
import { fitted, pairs, table } from '../src/table.ts'

const plain = (text: string): string => text

function running(nodes: number): Model {
  const model = new Model(nodes)
  for (const { name } of model.hosts) {
    model.spawned(name, 10_000)
    model.heard(name, { event: 'listening', id: `id-${name}`, addrs: [], namespaces: ['pex'] })
  }
  return model
}

function see(model: Model, name: string, added: readonly string[], removed: readonly string[] = []): void {
  const ids = (names: readonly string[]): string[] => names.map(each => `id-${each}`)
  model.heard(name, { event: 'view', namespace: 'pex', size: 0, added: ids(added), removed: ids(removed) })
}

function everybodyKnows(model: Model): void {
  const names = model.hosts.map(({ name }) => name)
  for (const name of names)
    see(
      model,
      name,
      names.filter(other => other !== name)
    )
}

describe('the model', () => {
  it('has converged exactly when every host knows every other one', () => {
    const model = running(3)
    see(model, 'n1', ['n2', 'n3'])
    see(model, 'n2', ['n1', 'n3'])
    see(model, 'n3', ['n1'])
    expect(model.converged).toBe(false)
    see(model, 'n3', ['n2'])
    expect(model.converged).toBe(true)
    see(model, 'n1', [], ['n3'])
    expect(model.converged).toBe(false)
  })

  it('counts a newer record of a known peer once', () => {
    const model = running(3)
    see(model, 'n1', ['n2'])
    see(model, 'n1', ['n2'])
    expect(model.known(model.hosts[0]!)).toBe(1)
  })

  it('does not count strangers from an earlier demo', () => {
    const model = running(2)
    see(model, 'n1', ['n7'])
    expect(model.known(model.hosts[0]!)).toBe(0)
  })

  it('forgets what a lost host knew, and has not converged without it', () => {
    const model = running(2)
    everybodyKnows(model)
    expect(model.converged).toBe(true)
    model.exited('n2')
    expect(model.converged).toBe(false)
    expect(model.hosts[1]).toMatchObject({ state: 'down', view: new Set(), rounds: 0 })
  })

  it('counts each exchange once', () => {
    const model = running(2)
    const exchange = { event: 'exchange', namespace: 'pex', peer: 'id', received: 1 } as const
    model.heard('n1', { ...exchange, role: 'initiator' })
    model.heard('n2', { ...exchange, role: 'responder' })
    expect(model.exchanges).toBe(1)
  })
})

describe('the picture', () => {
  it('fits into 80 by 24 for every number of hosts, whatever their state', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.array(fc.nat(29), { maxLength: 10 }),
        fc.option(fc.nat(3_599_000), { nil: undefined }),
        (nodes, down, convergedMs) => {
          const model = running(nodes)
          everybodyKnows(model)
          for (const i of down) model.exited(`n${(i % nodes) + 1}`)
          const init = {
            model,
            paint: plain,
            command: 'npm start --',
            directory: '/tmp/pex-demo-AbCdEf',
            tick: '1s'
          }
          const lost = down.map(i => `n${(i % nodes) + 1}`)
          const lines = drawBoard(init, { elapsedMs: 3_599_000, convergedMs, lost })
          expect(lines.length).toBeLessThanOrEqual(22)
          for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(79)
        }
      )
    )
  })

  it('shows who knows whom', () => {
    const model = running(3)
    see(model, 'n1', ['n2'])
    model.exited('n3')
    const init = { model, paint: plain, command: 'pex', directory: '/tmp/d', tick: '1s' }
    const lines = drawBoard(init, { elapsedMs: 0, convergedMs: undefined })
    expect(lines.find(line => line.startsWith('  n1'))).toBe('  n1       10000    1/2     ·   ●   ○')
    expect(lines.find(line => line.startsWith('  n3'))).toBe('  n3        down    0/2     ×   ×   ×')
    expect(lines.at(-1)).toContain('n3 comes back soon')
  })

  it('says what to try once the hosts know each other', () => {
    const model = running(2)
    everybodyKnows(model)
    const init = { model, paint: plain, command: 'npm start --', directory: '/tmp/d', tick: '1s' }
    const text = drawBoard(init, { elapsedMs: 3_000, convergedMs: 2_000 }).join('\n')
    expect(text).toContain('Converged in 2.0 s')
    const back = drawBoard(init, { elapsedMs: 9_000, convergedMs: undefined, lost: ['n2'] }).join('\n')
    expect(back).toContain('n2 asks whom it remembers, without a bootstrap address')
    const again = drawBoard(init, { elapsedMs: 9_000, convergedMs: 700, lost: ['n2'] }).join('\n')
    expect(again).toContain('Converged again in 700 ms')
    expect(text).toContain('kill -9 10000')
    expect(text).toContain('npm start -- view --data /tmp/d/n2')
  })
})

describe('a table', () => {
  it('has its columns below each other and no blanks at the end', () => {
    expect(
      table([
        ['a', 'b'],
        ['long', 'x'],
        ['', 'y']
      ])
    ).toEqual(['a     b', 'long  x', '      y'])
  })

  it('becomes a paragraph for each row where it is wider than the terminal', () => {
    const rows = [
      ['verdict', 'target', 'chain', 'ms', ''],
      ['ok', 'somebody@192.0.2.1:26656', 'test-1', '12', 'all is well'],
      ['dns', 'nobody', '', '', 'the name stands for no address']
    ]
    expect(fitted(rows, { width: 80 })).toEqual(table(rows))
    expect(fitted(rows, { width: undefined })).toEqual(table(rows))
    expect(fitted(rows, { width: 36, lead: 2 })).toEqual([
      'ok  somebody@192.0.2.1:26656',
      '  chain test-1 · ms 12 · all is well',
      'dns  nobody',
      '  the name stands for no address'
    ])
    expect(pairs([['a:<b>', 'one two three']], 12)).toEqual([
      'a:<b>',
      '      one',
      '      two',
      '      three'
    ])
  })
})
