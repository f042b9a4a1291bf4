/** The dialects by name. Sources: CometBFT's p2p/pex; Tendermint v0.35.9 and seed-003's fork, internal/p2p/pex. */
import { dialect } from './dialect.ts'
import type { Dialect, DialectName } from './dialect.ts'

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  /** Tendermint v0.34 and every CometBFT. One bad entry spoils a list; who says anything else is disconnected. */
  cometbft: dialect({
    name: 'cometbft',
    versions: [1],
    mostNamed: 250,
    mostAddresses: { 1: 250, 2: 0 },
    isListSpoilt: true,
    maxPayloadBytes: 1_024,
    onUnknown: 'disconnect',
    sendQueueCapacity: 10
  }),
  /**
   * Tendermint v0.35, which knows both versions and speaks the first one over TCP. It names 100, and takes 250 of the first
   * version, since v0.34 sends so many: its own nodes punished that.
   */
  tm035: dialect({
    name: 'tm035',
    versions: [1, 2],
    mostNamed: 100,
    mostAddresses: { 1: 250, 2: 100 },
    isListSpoilt: false,
    maxPayloadBytes: 1_400,
    onUnknown: 'drop',
    sendQueueCapacity: 10
  }),
  /** Sei's fork (and Tendermint v0.36): only URLs. Anything else is dropped, so that it and CometBFT never understand each other. */
  'sei-url': dialect({
    name: 'sei-url',
    versions: [2],
    mostNamed: 100,
    mostAddresses: { 1: 0, 2: 100 },
    isListSpoilt: false,
    maxPayloadBytes: 1_400,
    onUnknown: 'drop',
    sendQueueCapacity: 10
  })
}
