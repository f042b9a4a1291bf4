import { bookMetrics } from '@pex/address-book'
import { recordingMetrics } from '@pex/testkit'
import { expect, it } from 'vitest'
import { host, hour, pexBook, start } from './world.ts'

it('a book tells how many of its peers are tried, new and banned', () => {
  const metrics = recordingMetrics()
  const book = pexBook({ rules: { sourceEveryMs: 0 } })
  bookMetrics(metrics, () => book)
  for (const n of [1, 2, 3, 4]) book.add(host(n), host(9), start)
  book.good(host(1).id, start)
  book.ban(host(2).id, hour, start)
  expect(Object.fromEntries(metrics.scrape())).toEqual({
    'pex_address_book_peers{tried}': 1,
    'pex_address_book_peers{new}': 2,
    'pex_address_book_peers{banned}': 1
  })
})
