/**
 * The two ends of what `balanced` can be: how fast peers mix against how slowly attackers come in. The figures of all three
 * stand in docs/policies.md.
 */
import type { Policy } from '../policy.ts'
import { balanced } from './balanced.ts'

/**
 * For clusters behind a shared key: nothing is ever refused and no place is spent on slots, so that views turn over fast
 * and in-degrees hardly differ. A few hostile nodes take it over.
 */
export function trusted(): Policy {
  return { ...balanced({ wary: false, slots: 0, trusted: 0, swap: 3 }), name: 'trusted' }
}

/** For hostile networks: one entry changes hands per exchange, so that attackers come in half as fast as they are found out; views turn over more slowly. */
export function open(): Policy {
  return { ...balanced({ swap: 1, slots: 8, renewal: 0.02 }), name: 'open' }
}
