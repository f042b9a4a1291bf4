/** What the parts of a soak tell each other: the hosts, and what travels between the main process and its children. */

/** What carries a host. */
export type Over = 'udp' | 'libp2p' | 'both'

/** A host to be started. */
export interface HostOrder {
  /** Names one life of a host: whoever comes in its place has another number. */
  readonly host: number
  /** What its key is made from: a host that comes back after its end has the key of then, and so the id. */
  readonly key: number
  readonly over: Over
  /** Addresses of others, with their ids. */
  readonly bootstrap: readonly string[]
}

/** A host has heard a broadcast. */
export interface Heard {
  readonly host: number
  readonly message: number
  /** ms since the epoch. */
  readonly at: number
}

/** What a process needs at a moment, garbage collected. */
export interface Sample {
  /** Bytes of the whole process. */
  readonly rss: number
  /** The same once V8 has given back the pages that it holds in reserve, which it does unasked only when memory is short; in some samples. */
  readonly trimmed?: number | undefined
  /** Bytes of the objects of the heap, and of what lies outside for them (typed arrays). */
  readonly heap: number
  /** Bytes of compiled code, which grows as long as functions that had been rare become frequent. */
  readonly code: number
  /** Processor time that the process has used so far, ms. */
  readonly processor: number
  /** Time that it was ready to run and was not let so far, ms; nothing where the system does not tell. */
  readonly waited?: number | undefined
  /** Open file descriptors; nothing where the system does not tell. */
  readonly descriptors: number | undefined
  /** Handles, requests and timers that keep the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
  /** Hosts that have stopped a while ago and have not been collected. */
  readonly ghosts: number
  /** What each host remembers, the most of any host of the process, by name. */
  readonly census: Readonly<Record<string, number>>
}

/** What is left of a process when all its hosts have stopped. */
export interface Remains {
  /** Handles, requests and timers that were not there at first, by kind. */
  readonly resources: Readonly<Record<string, number>>
  readonly ghosts: number
}

/** What a process with hosts can be asked to do. */
export interface Deeds {
  /** Resolves to the addresses of the host when it has started. */
  start(order: HostOrder): Promise<readonly string[]>
  /** Ends a host in good order. */
  stop(host: number): Promise<void>
  broadcast(host: number, message: number): Promise<void>
  /** What it needs; if it shall be trimmed, V8 gives back all that it can. */
  sample(isTrimmed: boolean): Promise<Sample>
  /** Stops all hosts that are left. */
  close(): Promise<Remains>
}

/** From the main process to a child. */
export interface Ask {
  readonly id: number
  readonly deed: keyof Deeds
  readonly args: readonly unknown[]
}

/** From a child to the main process. */
export type Tell =
  | { readonly heard: Heard }
  | { readonly id: number; readonly result?: unknown; readonly error?: string }

/** Together with its kind, how many there are. */
export function tally(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
