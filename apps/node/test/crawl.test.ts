/** `pex crawl` over real sockets: what it finds, writes and prints, and how it goes on after it was killed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addrbookJson } from '@pex/address-book'
import { readCrawlMap } from '@pex/cometbft'
import type { CrawlMap, MappedNode } from '@pex/cometbft'
import { describe, expect, it } from 'vitest'
import { layout, ring } from '../src/crawl/layout.ts'
import { crawlReport } from '../src/crawl/report.ts'
import { summaryLines } from '../src/crawl/answer.ts'
import { summaryOf } from '@pex/cometbft'
import { chain, chainNode } from './chain-nodes.ts'
import type { ChainNode } from './chain-nodes.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

/** Nine nodes in a line: each knows the next two. */
async function nine(): Promise<ChainNode[]> {
  const nodes: ChainNode[] = []
  for (let i = 0; i < 9; i++)
    nodes.unshift(
      await chainNode({ known: nodes.slice(0, 2).map(({ address }) => address), moniker: `node ${8 - i}` })
    )
  return nodes
}

const mapIn = (path: string): CrawlMap => readCrawlMap(readFileSync(path, 'utf8'))!

describe('pex crawl', () => {
  it('finds nine nodes from one of them, and leaves a map, a report and an address book', async () => {
    const nodes = await nine()
    const directory = temporaryDirectory()
    const [out, book] = [join(directory, 'peers.json'), join(directory, 'addrbook.json')]
    const ran = await pex([
      'crawl',
      '--chain-id',
      chain,
      '--seed',
      nodes[0]!.text,
      '--out',
      out,
      '--book',
      book
    ])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^9 nodes answered of 9 visited and 9 known/)
    const ids = nodes.map(({ address }) => address.id).toSorted()
    const map = mapIn(out)
    expect(map).toMatchObject({ chainId: chain, isComplete: true, isSettled: true })
    expect(map.nodes.map(({ id }) => id).toSorted()).toEqual(ids)
    expect(map.nodes.map(({ verdict }) => verdict)).toEqual(ids.map(() => 'ok'))
    expect(map.nodes.map(({ about }) => about?.moniker).toSorted()).toEqual(ids.map((_, i) => `node ${i}`))
    const { snapshot } = addrbookJson.read(readFileSync(book, 'utf8'))!
    expect(snapshot.addresses.map(({ address, isTried }) => [address.id, isTried]).toSorted()).toEqual(
      ids.map(id => [id, true])
    )
    expect(readFileSync(join(directory, 'peers.html'), 'utf8')).toContain('node 8')
  })

  it('prints a JSON line for each visit, and says at the end what there is', async () => {
    const seed = await chainNode()
    await chainNode({ known: [seed.address] })
    const out = join(temporaryDirectory(), 'm.json')
    const run = new Running(['crawl', '--json', '--chain-id', chain, '--seed', seed.text, '--out', out])
    expect(await run.ended).toMatchObject({ code: 0 })
    expect(run.lines.map(({ event }) => event)).toContain('visit')
    expect(run.lines.at(-1)).toMatchObject({
      event: 'done',
      reason: 'complete',
      versions: { '0.38.12': run.lines.length - 1 },
      files: [out, out.replace('.json', '.html')]
    })
  })

  it('goes on after kill -9 with what it had, and visits nobody too early', async () => {
    // The first knows of silent places too, so that the crawl is not over at once.
    const nodes = await nine()
    const dead = Array.from({ length: 5 }, (_, i) => ({
      id: String(i).repeat(40),
      ip: `10.255.255.${i + 1}`,
      port: 9
    }))
    for (const address of dead) nodes[0]!.book.add(address, nodes[0]!.address, Date.now())
    const out = join(temporaryDirectory(), 'm.json')
    const args = [
      'crawl',
      '--json',
      '--chain-id',
      chain,
      '--seed',
      nodes[0]!.text,
      '--out',
      out,
      '--revisit',
      '1s'
    ]
    const first = new Running(args)
    await first.event('visit')
    first.kill('SIGKILL')
    await first.ended
    const saved = mapIn(out)
    expect(saved.isComplete).toBe(false)
    // Whoever resumes after a kill waits for what may have happened unsaved; here that was long ago.
    const old = saved.savedAt - 60_000
    writeFileSync(out, readFileSync(out, 'utf8').replace(String(saved.savedAt), String(old)))
    const without = await pex(args)
    expect(without).toMatchObject({ code: 2 })
    expect(without.stderr).toMatch(/there is a file .* already; try --resume/)
    const second = new Running([...args, '--resume'])
    expect(await second.ended).toMatchObject({ code: 0 })
    const map = mapIn(out)
    expect(map).toMatchObject({ isComplete: true, startedAt: saved.startedAt })
    expect(summaryOf(map).authenticated).toBe(9)
  })

  it('is stopped by a signal, with everything on the disk', async () => {
    const seed = await chainNode()
    const dead = Array.from({ length: 200 }, (_, i) => ({
      id: String(i).padStart(40, '0'),
      ip: `10.255.${i}.1`,
      port: 9
    }))
    for (const address of dead) seed.book.add(address, seed.address, Date.now())
    const out = join(temporaryDirectory(), 'm.json')
    const run = new Running(['crawl', '--json', '--chain-id', chain, '--seed', seed.text, '--out', out])
    await run.event('visit')
    run.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 130 })
    expect(run.lines.at(-1)).toMatchObject({ event: 'done', reason: 'SIGTERM' })
    expect(mapIn(out)).toMatchObject({ isSettled: true, isComplete: false })
    expect(run.stderr).toMatch(/--resume goes on/)
  })

  it('ends with 1 where nobody answers', async () => {
    const seed = await chainNode()
    await seed.net.stop()
    const out = join(temporaryDirectory(), 'm.json')
    const ran = await pex(['crawl', '--chain-id', chain, '--seed', seed.text, '--out', out])
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.stdout).toMatch(/refused +1 +100 %/)
  })

  it.each<[string, readonly string[], RegExp]>([
    ['no chain', ['--seed', `${'a'.repeat(40)}@127.0.0.1:1`], /chain-id.*pex crawl --help/],
    ['no seed', ['--chain-id', 'x'], /nobody to begin with; try --seed/],
    ['a seed that is none', ['--chain-id', 'x', '--seed', 'me'], /"me" is no node; try id@host:port/],
    [
      'a wrong scope',
      ['--chain-id', 'x', '--seed', `${'a'.repeat(40)}@1.1.1.1:1`, '--scope', 'y'],
      /public, private, auto/
    ],
    [
      'no manners',
      ['--chain-id', 'x', '--seed', `${'a'.repeat(40)}@1.1.1.1:1`, '--revisit', '5s'],
      /taken? for abuse|take for abuse/
    ],
    ['a bad number', ['--chain-id', 'x', '--seed', `${'a'.repeat(40)}@1.1.1.1:1`, '--max', '0'], /--max "0"/]
  ])('%s is a wrong command line', async (_, args, says) => {
    const out = join(temporaryDirectory(), 'm.json')
    const ran = await pex(['crawl', ...args, '--out', out])
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toMatch(says)
  })

  it('does not go on with a file that is no map, or of another chain', async () => {
    const out = join(temporaryDirectory(), 'm.json')
    writeFileSync(out, 'no map')
    const seed = ['--seed', `${'a'.repeat(40)}@127.0.0.1:1`]
    const one = await pex(['crawl', '--chain-id', chain, ...seed, '--out', out, '--resume'])
    expect(one).toMatchObject({ code: 1 })
    expect(readFileSync(out, 'utf8')).toBe('no map')
    writeFileSync(out, '{"format":"pex-crawl-1","chainId":"other","nodes":[]}')
    const two = await pex(['crawl', '--chain-id', chain, ...seed, '--out', out, '--resume'])
    expect(two).toMatchObject({ code: 2 })
    expect(two.stderr).toMatch(/map of other.*--chain-id other/)
  })
})

const hostile = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>\u001B[31m&amp;'

function madeUp(count: number): CrawlMap {
  const node = (i: number): MappedNode => ({
    id: i.toString(16).padStart(40, '0'),
    addresses: [{ ip: `93.184.${i >> 8}.${i & 255}`, port: 26_656 }],
    verdict: i % 3 === 0 ? 'ok' : 'timeout',
    detail: undefined,
    about:
      i % 3 === 0
        ? {
            moniker: hostile,
            version: i % 2 === 0 ? hostile : '__proto__',
            network: hostile,
            listenAddress: hostile,
            rpcAddress: hostile,
            txIndex: 'on',
            protocol: { p2p: 8, block: 11, app: 0 },
            channels: [0]
          }
        : undefined,
    latencyMs: 12,
    firstSeen: 1,
    lastSeen: 2,
    lastVisit: 2,
    visits: 1,
    answered: 40,
    foundBy: i === 0 ? undefined : 0,
    names: i % 3 === 0 ? [(i + 3) % count, (i + 6) % count].filter(j => j !== i) : [],
    isSeed: i === 0
  })
  const nodes = Array.from({ length: count }, (_, i) => node(i))
  return {
    chainId: hostile,
    startedAt: 0,
    savedAt: 60_000,
    isSettled: true,
    isComplete: false,
    nodes,
    dropped: 3
  }
}

describe('the report', () => {
  it('shows what nodes say of themselves as text, and can run nothing', () => {
    const page = crawlReport(madeUp(60))
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/)
    expect(page).not.toContain('\u001B')
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    // Nothing comes from anywhere else: no address but those in texts, no reference but within the page.
    expect(page.match(/\b(?:src|href|xlink:href|action|srcset)="(?!#n\d+")/)).toBeNull()
    expect(page).not.toMatch(/@import|url\(|javascript:/)
    // Every attribute is closed where it should be: names and quotes of all tags, and nothing else.
    const tags = page.match(/<[a-z][^>]*>/g)!
    for (const tag of tags) expect(tag).toMatch(/^<[a-z0-9]+(?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*\s*\/?>$/)
  })

  it('shows each node that answered, in the picture and in the table, and says what there is', () => {
    const page = crawlReport(madeUp(60))
    expect(page.match(/<circle id="n\d+"/g)).toHaveLength(20)
    expect(page.match(/<a href="#n\d+"/g)).toHaveLength(20)
    expect(page).toContain('ended before it was complete; 3 addresses had no room')
  })

  it('is the same for the same map, of bounded size, and quick for thousands of nodes', () => {
    const map = madeUp(6_000)
    const start = performance.now()
    const page = crawlReport(map)
    expect(performance.now() - start).toBeLessThan(20_000)
    expect(page.length).toBeLessThan(3_000_000)
    expect(crawlReport(madeUp(200))).toBe(crawlReport(madeUp(200)))
  })

  it('of a crawl that found nobody is one, too', () => {
    expect(crawlReport({ ...madeUp(3), nodes: [] })).toContain('</html>')
  })
})

describe('the layout', () => {
  it('puts every node within the circle, no two of them in one place, and linked ones nearer than others', () => {
    const links = Array.from({ length: 40 }, (_, i) => [i, ((i + 1) % 20) + (i < 20 ? 0 : 20)] as const)
    const points = layout(40, links)
    for (const { x, y } of points) expect(Math.hypot(x, y)).toBeLessThanOrEqual(1 + 1e-9)
    expect(new Set(points.map(({ x, y }) => `${x.toFixed(4)} ${y.toFixed(4)}`)).size).toBe(40)
    const mean = (pairs: readonly (readonly [number, number])[]): number =>
      pairs.reduce(
        (sum, [a, b]) => sum + Math.hypot(points[a]!.x - points[b]!.x, points[a]!.y - points[b]!.y),
        0
      ) / pairs.length
    const others = Array.from({ length: 20 }, (_, i) => [i, i + 20] as const)
    expect(mean(links)).toBeLessThan(mean(others))
    for (const { x, y } of ring(100, 0.8)) expect(Math.hypot(x, y)).toBeGreaterThanOrEqual(0.8)
  })
})

describe('the table', () => {
  it('has hostile texts on one line and without control characters', () => {
    const lines = summaryLines(summaryOf(madeUp(60)))
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}]/u)
    expect(lines.join('\n')).toContain('__proto__')
  })
})
