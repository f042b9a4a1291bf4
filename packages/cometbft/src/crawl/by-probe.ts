/** A visit by a probe: what a crawl uses unless a test has something else. */
import { formatNetAddress } from '@pex/address-book'
import { nodeKey } from '@pex/mconnection'
import { probe } from '../probe/probe.ts'
import type { ProbeInit } from '../probe/probe.ts'
import type { Verdict } from '../probe/verdict.ts'
import { tellVerdict } from '../probe/words.ts'
import type { Finding, Visit, VisitVerdict } from './finding.ts'

/** Everything that a probe can be told, with the chain; addresses are literal, so nothing is looked up. */
export type ProbeVisitInit = Omit<ProbeInit, 'resolve' | 'signal'> & { readonly chainId: string }

/** One connect, ms, where nothing else is said: CometBFT's own 1 s, and time for a lost packet. */
const DIAL_MS = 1_500

/** How a crawl visits nodes. One key serves the whole crawl: its visitor is one and the same, and can be banned as one. */
export function visitByProbe(init: ProbeVisitInit): Visit {
  const { key = nodeKey(), dialMs = DIAL_MS, moniker = 'pex-crawl' } = init
  return async (address, { signal }) =>
    findingOf(await probe(formatNetAddress(address), { ...init, key, dialMs, moniker, signal }))
}

function findingOf(verdict: Verdict): Finding {
  const { connectMs } = verdict.latency
  return {
    verdict: kindOf(verdict.verdict),
    nodeInfo: 'node' in verdict ? verdict.node : undefined,
    addresses: verdict.verdict === 'ok' ? verdict.addresses : undefined,
    actualId: verdict.verdict === 'wrong-id' ? verdict.actual : undefined,
    latencyMs: connectMs,
    detail: verdict.verdict === 'ok' ? undefined : tellVerdict(verdict)
  }
}

/** A literal address is always a target, and never a name. */
function kindOf(verdict: Verdict['verdict']): VisitVerdict {
  return verdict === 'bad-target' || verdict === 'dns' ? 'failed' : verdict
}
