/**
 * What has happened lately, numbered, so that a reader who was away hears the rest of it. It holds so many events and bytes and
 * no more; and of a flood of one kind only the beginning of each second (threat T23).
 */

/** An event as it travels: its id says in which run of the host it happened, and as which. */
export interface Entry {
  readonly id: string
  readonly event: string
  /** One line of JSON. */
  readonly data: string
}

export interface JournalInit {
  /** Tells this run from every other. */
  readonly run: string
  /** @default 1024 */
  readonly maxEntries?: number
  /** Most characters of `data` together: less than may wait for one reader. @default 128 Ki */
  readonly maxLength?: number
}

/** More of a kind in one second is news to nobody. Guess. */
const MAX_PER_SECOND = 20

export class Journal {
  readonly #run: string
  readonly #maxEntries: number
  readonly #maxLength: number
  // Bounded by maxEntries and maxLength.
  readonly #entries: Entry[] = []
  // Bounded by the kinds of events, which are ours: how many of each in this second.
  readonly #told = new Map<string, number>()
  #length = 0
  #next = 1
  #omitted = 0

  constructor({ run, maxEntries = 1_024, maxLength = 131_072 }: JournalInit) {
    this.#run = run
    this.#maxEntries = maxEntries
    this.#maxLength = maxLength
  }

  /** Takes an event down, unless there are too many of its kind; returns what to tell of it. */
  add(event: string, detail: object): Entry | undefined {
    const told = (this.#told.get(event) ?? 0) + 1
    this.#told.set(event, told)
    if (told > MAX_PER_SECOND) {
      this.#omitted++
      return undefined
    }
    const entry = { id: `${this.#run}-${this.#next++}`, event, data: JSON.stringify(detail) }
    this.#entries.push(entry)
    this.#length += entry.data.length
    while (this.#entries.length > this.#maxEntries || this.#length > this.#maxLength)
      this.#length -= this.#entries.shift()!.data.length
    return entry
  }

  /** A second is over; returns how many of its events were not told. */
  step(): number {
    const omitted = this.#omitted
    this.#omitted = 0
    this.#told.clear()
    return omitted
  }

  /** What came after an event; nothing where that is not known any more, or the event is of another run. */
  after(id: string): readonly Entry[] | undefined {
    const match = /^([0-9a-z]+)-(\d{1,15})$/.exec(id)
    if (match === null || match[1] !== this.#run) return undefined
    const known = Number(match[2])
    const oldest = this.#next - this.#entries.length
    if (known >= this.#next || known < oldest - 1) return undefined
    return this.#entries.slice(known + 1 - oldest)
  }
}
