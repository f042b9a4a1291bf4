/**
 * CometBFT's peer exchange and its relatives': messages in three dialects, and reactors for a switch of `@pex/switch`.
 *
 * @packageDocumentation
 */
export { dialects } from './dialects/index.ts'
export type { Dialect, DialectName } from './dialects/dialect.ts'
export {
  formatNodeAddress,
  isTcp,
  netAddressOf,
  parseNodeAddress,
  resolveNodeAddress
} from './dialects/node-address.ts'
export type { NodeAddress, Resolve } from './dialects/node-address.ts'
export { MAX_PEX_BYTES, PEX_CHANNEL } from './pex-messages.ts'
export type { PexFault, PexMessage } from './pex-messages.ts'
export { probeAll } from './probe/probe-all.ts'
export type { ProbeAllInit, ProbeTarget } from './probe/probe-all.ts'
export { probe } from './probe/probe.ts'
export type { ProbeInit } from './probe/probe.ts'
export { verdicts } from './probe/verdict.ts'
export type { Elsewhere, Facts, Latency, Outcome, Stage, Verdict } from './probe/verdict.ts'
export { tellVerdict } from './probe/words.ts'
export type { BanReason, Offence, PexEvent, PexStats } from './comet/events.ts'
export type { Pacing, PexReactorInit } from './comet/options.ts'
export { pexReactor } from './comet/reactor.ts'
export type { PexReactor } from './comet/reactor.ts'
export { MAX_UNSAVED_MS } from './crawl/agenda.ts'
export { visitByProbe } from './crawl/by-probe.ts'
export type { ProbeVisitInit } from './crawl/by-probe.ts'
export { Crawl } from './crawl/crawl.ts'
export type { CrawlProgress, CrawlVisit } from './crawl/crawl.ts'
export { visitVerdicts } from './crawl/finding.ts'
export type { Finding, Visit, VisitVerdict } from './crawl/finding.ts'
export { bookOf } from './crawl/map-book.ts'
export type { MapBook } from './crawl/map-book.ts'
export { readCrawlMap, writeCrawlMap } from './crawl/map.ts'
export type { About, CrawlMap, CrawlVerdict, MappedNode } from './crawl/map.ts'
export type { CrawlInit } from './crawl/options.ts'
export { isAuthenticated, namedByCounts, summaryOf } from './crawl/summary.ts'
export type { CrawlSummary, Tally } from './crawl/summary.ts'
export {
  cometbftDiscovery,
  fillBook,
  netAddressesOf,
  nodeIdOfPeerId,
  peerIdOfPublicKey,
  sameHost
} from './discovery.ts'
export type { CometbftDiscoveryInit, MetOptions } from './discovery.ts'
export { SeedNode } from './seed/seed-node.ts'
export type { SeedBookFile, SeedEvent, SeedNodeInit, SeedNodeParts, SeedStatus } from './seed/seed-node.ts'
export { adaptivePexReactor } from './tm035/adaptive-pex.ts'
export type { AdaptivePexInit, AdaptivePexReactor } from './tm035/adaptive-pex.ts'
export type { Remediation } from './tm035/alone.ts'
export { connectionManager } from './tm035/connection-manager.ts'
export type { ConnectionManager } from './tm035/connection-manager.ts'
export type { ConnectionManagerInit } from './tm035/connection-options.ts'
export { nextInterval } from './tm035/interval.ts'
export type { IntervalInput } from './tm035/interval.ts'
export type { AddressSnapshot, PeerSnapshot } from './tm035/known-peer.ts'
export type { PeerManagerInit, PeerOptions } from './tm035/options.ts'
export type { AddressAdded, ConnectionRefused, DialFault, PeerUpdate } from './tm035/outcomes.ts'
export { PeerManager } from './tm035/peer-manager.ts'
export type { AdaptiveFault, AdaptivePexEvent, AdaptivePexStats } from './tm035/pex-events.ts'
export { peerRules } from './tm035/rules.ts'
export type { Merits, PeerRules } from './tm035/rules.ts'
export { storedPeers } from './tm035/stored-peers.ts'
export type { StoredPeers } from './tm035/stored-peers.ts'
