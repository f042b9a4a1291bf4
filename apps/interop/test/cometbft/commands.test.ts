/** The commands of `pex` beside CometBFT's own nodes. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { CHAIN, GoNode } from './support/go.ts'
import { Pex } from './support/pex.ts'
import { directory } from './support/process.ts'

describe.skipIf(!hasGo).each(versions)(`with CometBFT $name${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  it('pex seed introduces Go nodes to each other, and after kill -9 to those who come then', async () => {
    const data = await directory()
    const start = (listen: string): Pex =>
      new Pex('seed', '--chain-id', CHAIN, '--data', data, '--listen', listen, '--crawl', '1s')
    const seed = start('127.0.0.1:0')
    const { id, addrs } = await seed.event('started')
    const place = addrs![0]!
    const seeds = [`${id!}@${place}`]
    // Seldom enough that the seed finds times in which they are not there, to visit them.
    const settings = { seeds, ensureMs: 1_500 }
    const [a, b] = await Promise.all([GoNode.start(binary, settings), GoNode.start(binary, settings)])
    await Promise.all([a.added(b.id), b.added(a.id)])
    const isMet = (of: GoNode) => (line: Pex['lines'][number]) =>
      line.event === 'reached' && line.id === of.id
    await Promise.all([seed.said(isMet(a)), seed.said(isMet(b))])
    await seed.said(({ event, size }) => event === 'book-saved' && size === 2)
    await seed.kill()

    const again = start(place)
    expect(await again.event('book-loaded')).toMatchObject({ size: 2 })
    expect(await again.event('started')).toMatchObject({ id })
    const late = await GoNode.start(binary, { seeds })
    await Promise.all([late.added(a.id), late.added(b.id)])
    await again.kill('SIGTERM')
    expect(await again.ended()).toBe(0)
  })

  it('pex probe tells of a list which nodes are well', async () => {
    const [well, other] = await Promise.all([
      GoNode.start(binary),
      GoNode.start(binary, { network: 'interop-2' })
    ])
    const gone = `${'ab'.repeat(20)}@127.0.0.1:9`
    const list = join(await directory(), 'seeds.txt')
    await writeFile(list, `# seeds\n${well.address}\n${other.address}, ${gone}\n`)
    const probe = new Pex('probe', '--chain-id', CHAIN, '--file', list)
    expect(await probe.ended()).toBe(1)
    const verdicts = new Map(probe.lines.map(({ target, verdict }) => [target, verdict]))
    expect([well.address, other.address, gone].map(target => verdicts.get(target))).toEqual([
      'ok',
      'wrong-chain',
      'refused'
    ])
  })
})
