/** DNS as a port: the part of `node:dns/promises` that is needed, so that others can take its place. Types only. */

/** An address record with the seconds for which it may be kept. */
export interface AddressRecord {
  readonly address: string
  readonly ttl: number
}

/** A service record (RFC 2782): a host and a port; lower priorities first. */
export interface ServiceRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/** Rejects where there are no such records, or where nobody answers; `node:dns/promises` and its `Resolver` fit. */
export interface DnsResolver {
  resolve4(name: string, options: { ttl: true }): Promise<readonly AddressRecord[]>
  resolve6(name: string, options: { ttl: true }): Promise<readonly AddressRecord[]>
  resolveSrv(name: string): Promise<readonly ServiceRecord[]>
  /** Each record as the pieces that it came in. */
  resolveTxt(name: string): Promise<readonly (readonly string[])[]>
}
