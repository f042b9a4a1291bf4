/** The system's DNS. */
import { resolve4, resolve6, resolveSrv, resolveTxt } from 'node:dns/promises'
import type { DnsResolver } from '../dns/resolver.ts'

export const systemResolver: DnsResolver = { resolve4, resolve6, resolveSrv, resolveTxt }
