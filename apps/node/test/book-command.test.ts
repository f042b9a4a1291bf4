/** `pex book` as it is typed: what it prints, writes and leaves alone, and what its status says. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { bookOf } from '../src/book/read.ts'
import { toolShapes } from '../src/tool-shapes.ts'
import { freshBook, net, peersText, textOf } from './book-world.ts'
import { pex, temporaryDirectory } from './processes.ts'

/** What a check says of a file now: `problem where`. */
function said(path: string): string[] {
  const { findings } = bookOf(path, readFileSync(path, 'utf8'), Date.now())
  return findings.map(({ problem, where }) => `${problem} ${where}`)
}

describe('the command', () => {
  /** The JSON lines of one command, each held to its shape. */
  async function lines(command: string, ...args: string[]): Promise<[code: number | null, lines: unknown[]]> {
    const { code, stdout, stderr } = await pex(['book', command, ...args, '--json'])
    expect(stderr).toBe('')
    const shape = toolShapes.get(command)!
    return [
      code,
      stdout
        .trim()
        .split('\n')
        .map(line => v.parse(shape, JSON.parse(line)))
    ]
  }

  function fileOf(text: string, name = 'addrbook.json'): string {
    const path = join(temporaryDirectory(), name)
    writeFileSync(path, text)
    return path
  }

  it('show prints whom it is asked for', async () => {
    const path = fileOf(textOf(freshBook(12)))
    const [code, [all]] = await lines('show', path)
    expect(code).toBe(0)
    expect(all).toMatchObject({
      format: 'addrbook.json',
      tried: 3,
      fresh: 9,
      banned: 0,
      entries: { length: 12 }
    })
    const [[, [tried]], [, [group]], people] = await Promise.all([
      lines('show', path, '--tried'),
      lines('show', path, '--new', '--group', net(2).ip),
      pex(['book', 'show', path, '--group', '13.0.0.0'])
    ])
    expect((tried as { entries: unknown[] }).entries).toHaveLength(3)
    expect(group).toMatchObject({ entries: [{ id: net(2).id, tried: false, lastSuccess: null }] })
    expect(people.stdout).toContain('12 entries (3 tried, 9 new) of 12 groups')
    expect(people.stdout).toContain(`${net(2).id}@13.0.2.7:26656  new  13.0.0.0`)
  })

  it('check tells with its status whether all is well, also behind a file that cannot be read', async () => {
    const good = fileOf(textOf(freshBook(4)))
    const doubtful = freshBook(4)
    doubtful.addrs[1]!.addr.ip = '10.0.0.1'
    const weak = fileOf(textOf(doubtful))
    const bad = fileOf(textOf(freshBook(4)).slice(0, -300))
    const [fine, doubts, strict, mixed] = await Promise.all([
      lines('check', good),
      lines('check', weak),
      lines('check', weak, '--strict'),
      pex(['book', 'check', '/none.json', bad])
    ])
    expect(fine).toMatchObject([0, [{ errors: 0, warnings: 0 }]])
    expect(doubts).toMatchObject([0, [{ errors: 0, warnings: 1, findings: [{ problem: 'unroutable' }] }]])
    expect(strict[0]).toBe(1)
    expect(mixed.code).toBe(1)
    expect(mixed.stderr).toMatch(/^pex: \/none.json cannot be read \(ENOENT\); try [^\n]+\n$/)
    expect(mixed.stdout).toMatch(new RegExp(`^${bad}:\\d+: error: not-whole: `, 'm'))
  })

  it('repair writes in place, for the owner alone, keeps what was there, and a second time writes nothing', async () => {
    const book = freshBook(12)
    book.addrs.push(book.addrs[0]!)
    const path = fileOf(textOf(book))
    const [code, [done]] = await lines('repair', path)
    expect(code).toBe(0)
    expect(done).toMatchObject({
      out: path,
      read: 13,
      kept: 12,
      left: [{ where: 'addrs[12]', why: 'duplicate-id' }]
    })
    const { backup } = done as { backup: string }
    expect(readFileSync(backup, 'utf8')).toBe(textOf(book))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(said(path)).toEqual([])
    expect(await lines('repair', path)).toMatchObject([0, [{ out: null, backup: null, kept: 12 }]])
    expect(readdirSync(join(path, '..'))).toHaveLength(2)
  })

  it('repair --drop leaves out whom a warning is of, and says so', async () => {
    const book = freshBook(12)
    book.addrs[3]!.addr.ip = '10.0.0.1'
    const path = fileOf(textOf(book))
    const out = join(temporaryDirectory(), 'out.json')
    const { code, stdout } = await pex([
      'book',
      'repair',
      path,
      '--out',
      out,
      '--drop',
      'unroutable',
      'stale'
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /addrs\[3\]: left out: unroutable\nwrote .*: 11 of 12 entries, 1 left out \(1 unroutable\)/
    )
    expect(readFileSync(path, 'utf8')).toBe(textOf(book))
  })

  it('merge makes one of both formats', async () => {
    const [a, b] = [fileOf(textOf(freshBook(12))), fileOf(peersText(8), 'peers.json')]
    const out = join(temporaryDirectory(), 'both.json')
    const merge = await lines('merge', b, a, '--out', out)
    expect(merge).toMatchObject([
      0,
      [{ format: 'addrbook.json', files: [b, a], read: 20, kept: 20, out, backup: null }]
    ])
    expect(said(out).filter(each => !each.startsWith('stale'))).toEqual([])
  })

  it('convert writes a book or a list', async () => {
    const [a, b] = [fileOf(textOf(freshBook(3))), fileOf(peersText(8), 'peers.json')]
    const out = join(temporaryDirectory(), 'out.json')
    const [book, list, asJson] = await Promise.all([
      lines('convert', b, '--to', 'addrbook', '--out', out),
      pex(['book', 'convert', a, '--to', 'list']),
      lines('convert', a, '--to', 'list')
    ])
    expect(book).toMatchObject([0, [{ kept: 8, out, addresses: null }]])
    expect(list.stdout.trim().split('\n').toSorted()).toEqual(
      [1, 2, 3].map(i => `${net(i).id}@${net(i).ip}:26656`)
    )
    expect(asJson).toMatchObject([0, [{ out: null, addresses: { length: 3 } }]])
  })

  it.each<[string, string[], number, RegExp]>([
    ['no subcommand', [], 2, /a subcommand is missing; try pex book --help/],
    ['an unknown one', ['eat'], 2, /unknown command 'eat'.*pex book --help/],
    ['no file', ['show'], 2, /missing required argument 'files'/],
    ['a merge without a place', ['merge', 'a'], 2, /--out/],
    ['a repair of two into one', ['repair', 'a', 'b', '--out', 'c'], 2, /pex book merge/],
    ['a wrong reason', ['repair', 'a', '--drop', 'ugly'], 2, /"ugly" is no reason.*unroutable/],
    [
      'a wrong format',
      ['convert', 'a', '--to', 'toml'],
      2,
      /"toml" is no format; try addrbook, peers or list/
    ],
    ['both kinds', ['show', 'a', '--tried', '--new'], 2, /one of --tried and --new/],
    ['a conversion without a place', ['convert', 'a', '--to', 'addrbook'], 1, /a cannot be read/]
  ])('says what is wrong: %s', async (_, args, status, says) => {
    const { code, stdout, stderr } = await pex(['book', ...args])
    expect({ code, stdout }).toEqual({ code: status, stdout: '' })
    expect(stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(stderr).toMatch(says)
  })

  it('fails before it reads where a place cannot be written to, and leaves nothing behind', async () => {
    const path = fileOf(textOf(freshBook(3)))
    const { code, stderr } = await pex(['book', 'merge', path, '--out', '/proc/none/book.json'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^pex: \/proc\/none\/book.json cannot be written \(ENOENT\); try --out/)
  })
})
