/**
 * Port mapping: asks home routers (UPnP, by `@achingbrain/nat-port-mapper`) for ports that lead to this host. For Node.
 *
 * @packageDocumentation
 */
import { upnpNat } from '@achingbrain/nat-port-mapper'
import type { FindGateways } from './port-mapping.ts'

export { PortMapping } from './port-mapping.ts'
export type { FindGateways, Gateway, Mapped, MappingEvent, PortMappingInit } from './port-mapping.ts'

/** The routers of the local network, by UPnP. `ttlMs` is how long a port stays mapped; it is renewed before that. */
export function upnpGateways({
  description = 'pex',
  ttlMs = 720_000
}: { readonly description?: string; readonly ttlMs?: number } = {}): FindGateways {
  return signal => upnpNat({ description, ttl: ttlMs, autoRefresh: true }).findGateways({ signal })
}
