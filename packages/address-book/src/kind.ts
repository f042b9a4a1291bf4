/**
 * What a book must know of the addresses that it holds, so that one engine serves CometBFT's `id@ip:port`, libonomy's node
 * URLs and our own hosts' multiaddrs. Addresses are plain values that survive JSON.
 */
export interface AddressKind<A> {
  /** The address in its one form, or nothing where it is malformed. Gets what strangers and files say: any value. */
  canonical(address: unknown): A | undefined
  /** Whose it is: the key in the book. */
  idOf(address: A): string
  /** Where it is, for the keyed hash that spreads one group over its tried buckets. */
  placeOf(address: A): Uint8Array
  /** The host, whatever the port. */
  hostOf(address: A): string
  /** The network group: what one owner has many of for little money. */
  groupOf(address: A): string
  /** Whether two are the same peer or the same place: what is our own is neither stored nor dialled. */
  isSame(one: A, other: A): boolean
  /** Whether an address that this source tells of may be in the book at all. */
  isWelcome(address: A, source: A): boolean
}

const utf8 = new TextEncoder()

export function bytesOf(text: string): Uint8Array {
  return utf8.encode(text)
}

/** Whether a value is an object to read fields of; arrays are none. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The port of an address, or nothing: 1 to 65535, or from `least`. */
export function portOf(value: unknown, least: number = 1): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 65_535
    ? value
    : undefined
}
