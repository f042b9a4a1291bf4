/**
 * Every bound and default of the datagram transport: its unit stands in its name, its source in its comment.
 */

export const udpLimits = {
  /** A datagram that is read, most. From QUIC and discv5: what every path carries. */
  maxDatagramBytes: 1_280,
  /** A datagram that is sent, most. Derived: IPv6's least MTU of 1 280, less 40 of IPv6 and 8 of UDP. */
  sentDatagramBytes: 1_232,
  /** A datagram that is read, least. From discv5 (63), so that nothing short is ever worth a look. */
  minDatagramBytes: 63,
  /** A hello. Derived: not less than a response (204) or a challenge (64), so that no answer to one is longer. */
  helloBytes: 256,
  /** A challenge. Derived: 12 of header, 16 to recognise the hello, 16 of cookie, filled up above the least datagram. */
  challengeBytes: 64,
  /** A cookie. From WireGuard. */
  cookieBytes: 16,
  /** One piece of a message. Derived: with its head of 11, a finish of 168 and the packet's 32, it fits a sent datagram. */
  fragmentBytes: 1_000,
  /** A protocol's name in bytes of UTF-8, most. Derived: its length is one byte on the wire. */
  maxProtocolBytes: 255,
  /** One message with its head, most. Derived: core's `maxMessageBytes`, and the longest name with its length. */
  maxPayloadBytes: 66_020,

  /** Age of a secret for cookies at which the next one takes over, ms. From the threat model (T11): at most 60 s. */
  cookieSecretMs: 60_000,
  /** Wait before a hello is repeated for the first time, ms. Guess: above most round trips, ten tries within `silenceMs`. */
  helloRepeatMs: 200,
  /** Longest wait before a hello is repeated, ms. Derived: at 30 % loss each way eleven tries in `silenceMs`, 0.51^11 all lost. */
  maxHelloRepeatMs: 300,
  /** Without any sign of a peer for so long it cannot be reached, ms. Guess: TCP's first three tries. */
  silenceMs: 3_000,
  /** A handshake that has begun is over after so long, done or not, ms. From the threat model (T25): 10 s. */
  handshakeMs: 10_000,
  /** Wait before the next address of a contact is tried as well, ms. From RFC 8305 (Happy Eyeballs): 250. */
  staggerMs: 250,
  /** Challenges that one dial answers at once, most; the rest wait for its next repetition. Guess. */
  maxChallenges: 4,

  /** Handshakes that wait for their finish, most. Derived: at 1 000 hellos a second half a second for each, if all were let in. */
  maxPending: 512,
  /** Of these, from one /32 or /64. From the threat model (T25): 8. */
  maxPendingPerHost: 8,
  /** Of these, from one netgroup. From the threat model (T25): 64. */
  maxPendingPerNetgroup: 64,
  /** Handshakes that one /32 or /64 may begin in a second, on the long run. From the threat model (T25): 5. */
  handshakesPerSecond: 5,
  /** And how many of them at once. Guess: a network behind one address starts up. */
  handshakeBurst: 40,
  /** Sources of proved hellos that are counted, most; keyed by /32 or /64. From the threat model (T12). */
  maxSources: 10_000,

  /** Peers with a session, most; keyed by authenticated static keys. From libonomy (2 048 sessions), at half of it. */
  maxPeers: 1_024,
  /** Of these, from one netgroup. Derived: an eighth. */
  maxPeersPerNetgroup: 128,
  /** Sessions of one peer, most. Derived: the present one, the one before, and one from a handshake that crossed ours. */
  maxSessionsPerPeer: 3,
  /** Age of a session at which the next question begins a new one, ms. From WireGuard (REKEY_AFTER_TIME). */
  rekeyMs: 120_000,
  /** Age at which a session is no longer used, ms. From WireGuard (REJECT_AFTER_TIME). */
  sessionMs: 180_000,
  /** Datagrams of a session after which the next question begins a new one. Guess: a gigabyte. */
  rekeyDatagrams: 1_048_576,
  /** Datagrams of a session, most. Derived: counters stay below 2^32, the wire has room for 2^64. */
  maxDatagrams: 4_294_967_295,
  /** A peer from which nothing has come for so long, and from which nothing is wanted, is forgotten, ms. Guess. */
  idleMs: 60_000,
  /** Counters below the highest one that are still told apart, bits. From the brief of T13; WireGuard has 8 128, IPsec 64. */
  replayWindow: 2_048,

  /** Timeouts in a row after which a peer is called anew. Guess: about a second of silence. */
  redialTimeouts: 3,
  /** First guess of the timeout of retransmission, ms. From RFC 6298: 1 s. */
  initialTimeoutMs: 1_000,
  /** Shortest timeout of retransmission, ms. From Linux (TCP_RTO_MIN): 200; halved, for acks are late by 10 ms at most. */
  minTimeoutMs: 100,
  /** Longest timeout of retransmission, ms. Derived: a dozen tries within an exchange's deadline. */
  maxTimeoutMs: 2_000,
  /** An ack may wait for something to ride on, ms. Guess: a handler's time; QUIC allows 25. */
  ackDelayMs: 10,
  /** Datagrams after which an ack waits no longer. Guess: QUIC says 2, the memory of many acks makes 4 safe. */
  ackEvery: 4,
  /** Counters that one ack looks back on. Derived: twice the largest window. */
  ackSpan: 128,
  /** Ranges that one ack holds, most. Derived: 74 bytes. */
  maxAckRanges: 16,
  /** Later datagrams that are acknowledged before one is lost. From RFC 9002: 3. */
  reorderingDatagrams: 3,
  /** Datagrams on their way to one peer, at first. From RFC 6928: 10. */
  initialWindow: 10,
  /** Datagrams on their way to one peer, least. From RFC 9002 (2), doubled: at 30 % loss half of two windows are lost whole. */
  minWindow: 4,
  /** Datagrams on their way to one peer, most. Derived: one message of the largest size. */
  maxWindow: 64,

  /** From the first piece of a question to the end of our answer, ms; no piece extends it. From core (`exchangeMs`). */
  servingMs: 30_000,
  /** Questions to one peer on the wire, most; more wait for their turn. Guess: an exchange takes one or two. */
  maxAskedPerPeer: 64,
  /** Questions of one peer in hand, most. Derived: twice as many, for answers are kept until they are acknowledged. */
  maxServingsPerPeer: 128,
  /** Questions of all peers that handlers work on, most. Guess. */
  maxRunning: 512,
  /** Questions of all peers that are incomplete, most; one more ends the oldest. Guess. */
  maxIncomplete: 256,
  /** Bytes of incomplete questions of one peer, most. Derived: four of the largest. */
  maxIncompleteBytesPerPeer: 264_080,
  /** Bytes of incomplete questions, most; one more ends the oldest. Derived: 64 of the largest. */
  maxIncompleteBytes: 4_225_280,
  /** Bytes of answers that are kept until they are acknowledged, most; one more ends the oldest. Derived: 256 of the largest. */
  maxAnswerBytes: 16_901_120,
  /** Addresses of one contact that are tried, most. From core (`maxAddresses`). */
  maxAddresses: 16,
  /** How often the machine's own addresses are looked up while it listens on all of them, ms. Guess. */
  interfacesMs: 30_000
} as const

/** The limits' shape, so that tests can make a network of smaller ones. */
export type UdpLimits = { readonly [K in keyof typeof udpLimits]: number }
