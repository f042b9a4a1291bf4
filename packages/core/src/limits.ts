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
  /** One message on the wire, bytes. Derived: a reply of 4 bytes for kind and counts, maxRecords records with 4 bytes each for hop and length, as many picks, and maxAverages averages of 16 bytes, so that no view can hold what does not fit. */
  maxMessageBytes: 65_764,
  /** Instances of averaging in one message, most. Derived: the median of a few estimates is enough. */
  maxAverages: 4,
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
  /** Questions that one peer may ask within one deadline (`exchangeMs`). Derived: an ask, a settle and its three repeats, four pings and the last settle of the round before, and half as many again for a round that comes early. */
  requestsPerPeer: 15,
  /** Times that a settle is asked again when no ack comes, within the deadline of the exchange. Derived: at 30 % loss each way one exchange in fifteen stays open; once more in the next round, one in thirty. */
  settleRepeats: 3,
  /** A reply with picks waits for its settle, ms. Derived: two default ticks, for the initiator asks a last time in its next round. */
  settleMs: 600_000,
  /** Replies that wait for their settle, most; keyed by the authenticated caller. Guess: a node is asked once a round on average. */
  maxSettling: 64,
  /** Requests of ours under way in a namespace, most. Derived: one exchange, a last settle, `maxProbes` pings, and a second try for each of `triesPerRound` and two more. */
  maxRequests: 24,
  /** Peers whose requests are counted between two rounds, most; keyed by the authenticated caller. Guess. */
  maxCallers: 1_024,

  /** Peers in recovery memory, most. Measured: after 2 000 rounds of a split under 0.1 % churn a seventh of them still lives. */
  recoverySize: 32,
  /** Rounds after which a lost peer's place in recovery memory is another's, unless it looks like a split. Derived: at `recoveryProbe` every place is asked once in that time. */
  recoveryPatience: 128,
  /** Rounds after which a lost peer is given up, split or not. Derived: four times the longest split that is measured. */
  recoverySpan: 8_192,
  /** Hop that stands for "only remembered": at or above it a descriptor goes to recovery memory and never to a view. Measured: honest hops stay below 160. */
  memoryHop: 512,
  /** Chance per round that full recovery memory takes in another peer. Derived: after 2 000 rounds two thirds of it are as they were. */
  recoveryRenewal: 0.0032,
  /** Chance per round that a peer in recovery memory is tried first. From the pilots for the default policy. */
  recoveryProbe: 0.25,
  /** Peers that one round pings, most. Derived: three in calm, five after a failure, one of recovery memory, and room for a policy of one's own. */
  maxProbes: 16,
  /** Peers that did not answer and are not believed by hearsay, most, per node. Derived: half a view and half of that again. */
  tombstones: 24,
  /** Rounds for which hearsay cannot bring back a peer that did not answer. Measured: 10 peers, half die, none dead at round 50. */
  tombstoneRounds: 64,
  /** Unanswered requests in one round after which a peer counts as gone, if somebody else has answered. Measured: at 30 % loss each way two take a live peer for dead every fourth time, and views are exchanged whole within ten rounds; four every fifteenth time. Healing takes as many rounds with either. */
  missesCounted: 4,
  /** Rounds in which nobody has answered after which who is silent counts as gone all the same. Guess: two or three hours of default rounds; who is gone then is kept in recovery memory, as after a split. */
  quietRounds: 32,
  /** Peers that are numbered, and of which the highest seq is remembered, most; keyed by verified id. From reliability practice (1 024); view, memory, tombstones, a policy's slots and one message together need fewer than half. */
  maxKnown: 1_024,

  /** Rounds of one run of averaging. Derived: 18 until 10 000 nodes are within 1 % (measured), and as many again for the news of its beginning to reach everybody. */
  averagingRounds: 40,
  /** Rounds for which a node that hears of no run of averaging waits before it begins one. Guess: 8 exchanges or more. */
  averagingWait: 8,
  /** Coincidences among samples that an estimate of the network's size rests on, default. From Massoulié et al.: a standard error of 10 %. */
  coincidences: 100,
  /** Samples remembered to find coincidences in, most; 4 bytes each. Derived: √(2 · 100 · 80 000); above 80 000 nodes the error grows. */
  countedDraws: 4_096,
  /** Samples so near to each other, or nearer, are not compared. Measured: all that the stream of `balanced` gives, 1 000 nodes: 4.2 % too low at 128, 3.4 % at 256; other policies within 2 % at both. */
  uncountedGap: 256,
  /** Bias of samples that error bars allow for, share. From the project's target; measured below it. */
  sampleBias: 0.05,
  /** Rounds in a row in which two estimates must disagree before it is an alarm, and agree before it is over. Guess. */
  alarmRounds: 16,

  /** Verified envelopes remembered, most. Derived: 64 namespaces of 64 records each. */
  maxVerified: 4_096,
  /** Wait before changes are written to the store, ms. Guess: a crash loses at most this much news, never a peer that was acknowledged. */
  writeBehindMs: 1_000
} as const
