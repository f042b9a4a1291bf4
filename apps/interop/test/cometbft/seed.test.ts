/** Seeds of either language: they crawl what they find in their books, and serve who asks. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AddressBook, addrbookJson, netAddresses, parseNetAddress, rules } from '@pex/address-book'
import { probe } from '@pex/cometbft'
import { systemClock, systemRng } from '@pex/service'
import { tcp } from '@pex/switch/tcp'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { CHAIN, GoNode } from './support/go.ts'
import { directory } from './support/process.ts'
import { TsNode } from './support/ts-node.ts'

/** A book that knows these addresses, as the file that Go keeps. */
function bookOf(addresses: readonly string[]): AddressBook<NonNullable<ReturnType<typeof parseNetAddress>>> {
  const book = new AddressBook({ kind: netAddresses('any'), rules: rules.cometbft, rng: systemRng })
  for (const address of addresses.map(each => parseNetAddress(each)!)) book.add(address, address, Date.now())
  return book
}

/** Whom a node tells of when it is asked, `id@ip:port`. */
async function toldBy(address: string): Promise<readonly string[]> {
  const parts = { carrier: tcp(), clock: systemClock, rng: systemRng }
  const verdict = await probe(address, { ...parts, chainId: CHAIN })
  if (verdict.verdict !== 'ok') throw new Error(verdict.verdict)
  return verdict.addresses.map(({ id, ip, port }) => `${id}@${ip}:${port}`).toSorted()
}

describe.skipIf(!hasGo).each(versions)(`with CometBFT $name${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  it('a seed in Go crawls nodes in TypeScript, from a book that TypeScript wrote, and serves them', async () => {
    const [x, y, z] = await Promise.all([TsNode.start(), TsNode.start(), TsNode.start()])
    for (const { address } of [y, z]) x.add(address)
    const data = await directory()
    await writeFile(join(data, 'addrbook.json'), addrbookJson.write(bookOf([x.address]).snapshot()))
    const seed = await GoNode.start(binary, { seedMode: true, data })
    await seed.received(x.id, 'addresses')
    const everybody = [x.address, y.address, z.address].toSorted()
    expect(await toldBy(seed.address)).toEqual(everybody)

    const newcomer = await TsNode.start({ seeds: [seed.address] })
    await Promise.all([x, y, z].map(({ id }) => newcomer.added(id)))

    await seed.end()
    const kept = addrbookJson.read(await readFile(join(data, 'addrbook.json'), 'utf8'))
    expect(kept?.problems).toEqual([])
    const book = new AddressBook({
      kind: netAddresses('any'),
      rules: rules.cometbft,
      rng: systemRng,
      snapshot: kept!.snapshot
    })
    for (const { id } of [x, y, z, newcomer]) expect(book.get(id)).toBeDefined()
  })

  it('a seed in TypeScript crawls nodes in Go, from a book that Go wrote, and serves them', async () => {
    const [x, y, z] = await Promise.all([GoNode.start(binary), GoNode.start(binary), GoNode.start(binary)])
    for (const { address } of [y, z]) await x.do('add', { address })
    const data = await directory()
    const writer = await GoNode.start(binary, { data })
    await writer.do('add', { address: x.address })
    await writer.end()
    const read = addrbookJson.read(await readFile(join(data, 'addrbook.json'), 'utf8'))
    const seed = await TsNode.start({ isSeed: true, snapshot: read!.snapshot })
    const everybody = [x, y, z]
    await Promise.all(
      everybody.map(({ id }) => seed.happens(event => event.kind === 'answered' && event.id === id))
    )
    expect(await toldBy(seed.address)).toEqual(everybody.map(({ address }) => address).toSorted())

    const newcomer = await GoNode.start(binary, { seeds: [seed.address] })
    await Promise.all(everybody.map(({ id }) => newcomer.added(id)))
  })

  it('a seed in TypeScript does not pass on what it has not met', async () => {
    const [real, asker] = await Promise.all([GoNode.start(binary), GoNode.start(binary)])
    const seed = await TsNode.start({ isSeed: true })
    seed.add(real.address)
    seed.add(`${'ab'.repeat(20)}@127.0.0.1:9`)
    await seed.happens(event => event.kind === 'answered' && event.id === real.id)
    await asker.do('dial', { address: seed.address })
    const { count } = await asker.received(seed.id, 'addresses')
    expect(count).toBe(1)
    expect(await asker.selection()).toContain(real.address)
  })

  it('large answers, in many packets, arrive whole in both directions', async () => {
    // Nobody listens there; nothing leaves this machine.
    const addresses = Array.from(
      { length: 1_200 },
      (_, i) => `${i.toString(16).padStart(40, '0')}@127.${i % 200}.${i % 251}.1:9`
    )
    const snapshot = bookOf(addresses).snapshot()
    const data = await directory()
    await writeFile(join(data, 'addrbook.json'), addrbookJson.write(snapshot))
    const [go, asker] = await Promise.all([GoNode.start(binary, { data }), GoNode.start(binary)])
    const ts = await TsNode.start({ snapshot, switch: { maxOutbound: 0 } })
    expect(new Set(await toldBy(go.address)).size).toBe(250)
    await asker.do('dial', { address: ts.address })
    expect(await asker.received(ts.id, 'addresses')).toMatchObject({ count: 250, banned: false })
  })
})
