/**
 * How many peers each node has lost of late: each counts for some sixteen rounds. One is a peer that went; many at once are
 * a network that is another one now, or a split.
 */
import type { Rows } from './rows.ts'

export class Losses {
  /** Peers lost of late, per node. */
  readonly recent: Float32Array

  constructor(rows: Rows) {
    this.recent = rows.floats(1)
  }

  clear(node: number): void {
    this.recent[node] = 0
  }

  /** A round goes by. */
  pass(node: number): void {
    this.recent[node]! *= 15 / 16
  }

  /** One more. Returns how many there are. */
  lost(node: number): number {
    return ++this.recent[node]!
  }
}
