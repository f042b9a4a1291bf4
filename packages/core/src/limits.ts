/**
 * Every bound and default of the project: its unit stands in its name, its source in its comment. `docs/LIMITS.md` is
 * printed from this file.
 */
export const limits = {
  /** Peers in a view, default (c). From casm's specification. */
  viewSize: 32,
  /** Peers in a view, most. Derived: half a view plus the own record still fits `maxRecords`. */
  maxViewSize: 64,
  /** Records that we put in one exchange message, default. From Cyclon (shuffle length 8); measured: in-degrees spread no wider than with half a view (σ 4.2 and 4.5), the dead leave sooner. */
  exchangeSize: 8,
  /** Records in one exchange message, most. Derived: maxViewSize / 2. */
  maxRecords: 32,
  /** One signed envelope on the wire, bytes. From casm (MaxMsgSize), so that what one wire accepts the other can pass on. */
  maxRecordBytes: 2_048,
  /** One exchange message on the wire, bytes. Derived: 2 bytes, and maxRecords records with 4 bytes each for hop and length, so that no view can hold what does not fit. */
  maxMessageBytes: 65_666,
  /** Addresses in one record, most. From libp2p practice; identify itself is held to 8 KiB. */
  maxAddresses: 16,
  /** One address, bytes of its text form. Derived: a browser's relayed WebRTC address takes about 200. */
  maxAddressBytes: 512,
  /** Largest hop that a descriptor may claim; one above it is dropped, not the message. Measured: honest hops stay below 160. */
  maxHop: 1_024,
  /** A namespace's name, bytes of UTF-8. Guess: room for a reverse domain name. */
  maxNamespaceBytes: 64,
  /** Namespaces that one service joins, most. Guess; worst case 64 views of 64 records of 2 KiB is 8 MiB. */
  maxNamespaces: 64,

  /** Longest wait between two rounds, ms, default. From casm (5 minutes). */
  tickMs: 300_000,
  /** Shortest tick that may be asked for, ms. Guess: below it a round of 100 ms cannot finish on a real network. */
  minTickMs: 10,
  /** A whole exchange from the first byte to the merge, ms, default. From casm (30 seconds). */
  exchangeMs: 30_000,
  /** Partners from the view that one round tries before it asks discovery. Measured: 4 tries bring dead links at 5 % churn from 57 % to 27 %. */
  triesPerRound: 4,
  /** Contacts from discovery that one round tries. Guess. */
  contactsPerRound: 8,
  /** Exchanges that one peer may ask for within one deadline (`exchangeMs`). From CometBFT ("two free") doubled for retries of two rounds. */
  requestsPerPeer: 4,
  /** Peers whose requests are counted between two rounds, most; keyed by the authenticated caller. Guess. */
  maxCallers: 1_024,

  /** Peers in recovery memory (they stopped answering), most. From the pilots for the default policy. */
  recoverySize: 16,
  /** Chance per round that a peer in recovery memory is tried first. From the pilots for the default policy. */
  recoveryProbe: 0.25,
  /** Peers that one round pings, most. Derived: three in calm, five after a failure, one of recovery memory, and room for a policy of one's own. */
  maxProbes: 16,
  /** Peers that did not answer and are not believed by hearsay, most, per node. Derived: twice half a view. */
  tombstones: 32,
  /** Rounds for which hearsay cannot bring back a peer that did not answer. Measured: 10 peers, half die, none dead at round 50. */
  tombstoneRounds: 64,
  /** Peers of which the highest seq (and tombstone) is remembered, most; keyed by verified id. From reliability practice (1 024). */
  maxKnown: 1_024,

  /** Verified envelopes remembered, most. Derived: 64 namespaces of 64 records each. */
  maxVerified: 4_096,
  /** Wait before changes are written to the store, ms. Guess: a crash loses at most this much news, never a peer that was acknowledged. */
  writeBehindMs: 1_000
} as const
