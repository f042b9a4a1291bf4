import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addrbookJson } from '@pex/address-book'
import { bookFile } from '@pex/address-book/file'
import { cometBook, goBook, node, start, text } from './world.ts'

let directory = ''
const path = (name: string = 'addrbook.json'): string => join(directory, name)
const file = () => bookFile({ path: path(), format: addrbookJson, now: () => start })

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pex-book-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('a book’s file', () => {
  it('that is not there is an empty book', async () => {
    expect(await file().load()).toEqual({})
  })

  it('comes back, for its owner alone, with nothing beside it', async () => {
    const { snapshot } = addrbookJson.read(text('go-addrbook.json'))!
    await file().save(snapshot)
    const loaded = await file().load()
    expect(loaded.snapshot?.addresses).toEqual(snapshot.addresses)
    expect((await lstat(path())).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['addrbook.json'])
  })

  it.each([
    ['empty', ''],
    ['cut', text('go-addrbook.json').slice(0, -200)],
    ['of zeros', '\0'.repeat(500)],
    ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe)],
    ['of something else', '{"validators":[]}']
  ])('that is %s is set aside whole, and the next book is saved beside it', async (_, content) => {
    await writeFile(path(), content)
    const { setAside, snapshot } = await file().load()
    expect(snapshot).toBeUndefined()
    expect(setAside).toBe(path('addrbook.json.corrupt-2026-02-02T02-40-00.000Z'))
    expect(new Uint8Array(await readFile(setAside!))).toEqual(
      typeof content === 'string' ? new TextEncoder().encode(content) : content
    )
    expect(await file().load()).toEqual({})
    await file().save(goBook().snapshot())
    expect((await file().load()).snapshot?.addresses).toHaveLength(59)
  })

  it('is never set aside over another', async () => {
    const names = new Set<string | undefined>()
    for (let i = 0; i < 3; i++) {
      await writeFile(path(), `wrong ${i}`)
      names.add((await file().load()).setAside)
    }
    expect(names.size).toBe(3)
    expect(await readdir(directory)).toHaveLength(3)
  })

  it('of many saves at once is the last', async () => {
    const one = file()
    const books = [1, 2, 3, 4, 5].map(n => {
      const book = cometBook()
      for (let i = 0; i < n; i++) book.add(node(i), node(9), start)
      return book.snapshot()
    })
    await Promise.all(books.map(book => one.save(book)))
    expect((await one.load()).snapshot?.addresses).toHaveLength(5)
    expect(await readdir(directory)).toEqual(['addrbook.json'])
  })

  it('survives a save that fails, and a draft that a killed process has left', async () => {
    await file().save(goBook().snapshot())
    const before = await readFile(path(), 'utf8')
    // A directory cannot be removed as a file: the draft's place is taken.
    await writeFile(path('victim'), 'untouched')
    await symlink(path('victim'), path('addrbook.json.new'))
    await file().save(cometBook().snapshot())
    expect(await readFile(path('victim'), 'utf8')).toBe('untouched')
    const nowhere = bookFile({ path: path('no/where'), format: addrbookJson, now: () => start })
    await expect(nowhere.save(goBook().snapshot())).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
    await writeFile(path(), before)
    expect((await file().load()).snapshot?.addresses).toHaveLength(59)
  })

  it('that cannot be read fails, and stays where it is', async () => {
    const one = bookFile({ path: directory, format: addrbookJson, now: () => start })
    await expect(one.load()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
    expect((await lstat(directory)).isDirectory()).toBe(true)
  })
})
