/**
 * The overlay at one moment, packed: what every metric is computed from, whoever made it. Nodes are numbers; a node that
 * left keeps its number.
 */

/** What a node is at the moment. */
export const state = { dead: 0, honest: 1, hostile: 2 } as const

export interface Snapshot {
  /** Nodes that have ever been: rows in the arrays below. */
  readonly nodes: number
  /** c: places in one row of `views`. */
  readonly viewSize: number
  /** Node numbers, `nodes × viewSize`; in row i the first `sizes[i]` count. Rows of the dead and the hostile are empty. */
  readonly views: Uint32Array
  readonly sizes: Uint8Array
  /** One of `state`, per node. */
  readonly states: Uint8Array
  /** Which half of a split a node is or was in: 0 or 1, per node. */
  readonly sides: Uint8Array
  /** Places in one row of `memories`; 0 where nobody has any. */
  readonly memorySize: number
  /** Recovery memories, `nodes × memorySize` node numbers; in row i the first `memorySizes[i]` count. */
  readonly memories: Uint32Array
  readonly memorySizes: Uint8Array
}
