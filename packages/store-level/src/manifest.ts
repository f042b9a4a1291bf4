/**
 * Which table files a LevelDB manifest lists, read without LevelDB, because LevelDB deletes on opening every table that its
 * manifest does not list: after a manifest has lost its end, the tables are still there, but not for long.
 *
 * Follows LevelDB's doc/log_format.md and the tags of its version edits (db/version_edit.cc).
 */

const BLOCK = 32_768
const HEADER = 7

/** The table files that a manifest names. */
export interface Tables {
  readonly live: ReadonlySet<number>
  /** Once live and then replaced: they may lie about after a crash, and nothing in them is missed. */
  readonly replaced: ReadonlySet<number>
}

/** Reads a manifest as far as it goes; nothing where it is not understood, which is then for LevelDB to judge. */
export function readManifest(file: Uint8Array): Tables | undefined {
  const live = new Set<number>()
  const replaced = new Set<number>()
  try {
    for (const edit of records(file)) apply(edit, live, replaced)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
  return { live, replaced }
}

/** The log's records, put together from their fragments; an end that is cut off is no record. */
function* records(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let fragments: Uint8Array[] = []
  for (let at = 0; at + HEADER <= file.length;) {
    const left = BLOCK - (at % BLOCK)
    if (left < HEADER) {
      at += left
      continue
    }
    const length = view.getUint16(at + 4, true)
    const type = view.getUint8(at + 6)
    const end = at + HEADER + length
    if (type < 1 || type > 4 || end > file.length) return
    // Types: 1 full, 2 first, 3 middle, 4 last.
    if (type <= 2) fragments = []
    fragments.push(file.subarray(at + HEADER, end))
    if (type === 1 || type === 4) yield Buffer.concat(fragments)
    at = end
  }
}

/** One version edit: a sequence of tagged fields, of which the added and the deleted files matter. */
function apply(edit: Uint8Array, live: Set<number>, replaced: Set<number>): void {
  let at = 0
  const number = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = edit[at++]
      if (byte === undefined || scale > 2 ** 63) throw new RangeError('not a number')
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  const skipBytes = (): void => {
    const length = number()
    at += length
  }
  while (at < edit.length) {
    const tag = number()
    if (tag === 2 || tag === 3 || tag === 4 || tag === 9) {
      number() // log, next file, last sequence, previous log
    } else if (tag === 1) {
      skipBytes() // comparator
    } else if (tag === 5) {
      number() // compaction pointer: level, key
      skipBytes()
    } else if (tag === 6) {
      number() // deleted file: level, number
      const file = number()
      live.delete(file)
      replaced.add(file)
    } else if (tag === 7) {
      number() // new file: level, number, size, smallest and largest key
      const file = number()
      number()
      skipBytes()
      skipBytes()
      live.add(file)
      replaced.delete(file)
    } else {
      throw new RangeError('an unknown tag')
    }
  }
}
