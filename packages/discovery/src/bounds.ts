/** Every bound and default of the package: its unit stands in its name, its source in its comment. */
export const bounds = {
  /** One datagram, bytes. From casm (2 KiB). */
  maxDatagramBytes: 2_048,
  /** One packet in flat form, bytes. Derived: four times what the datagram can hold of honest packets. */
  maxPacketBytes: 8_192,
  /** Namespaces that one socket answers for, most. Derived: as many as a service joins. */
  maxAdvertised: 64,
  /** Searches under way on one socket, most. Derived: one for each namespace. */
  maxSearches: 64,
  /** Peers that wait for a search to take them, most. Guess: a round tries 8. */
  maxWaiting: 64,
  /** Peers that one search tells apart, most. Guess: a LAN has fewer. */
  maxSeen: 1_024,
  /** Signatures being checked at once, most. Guess. */
  maxChecks: 32,
  /** Packets that are looked at, per second, from everybody together; as many at once. Derived: a signature takes about 0.1 ms, so a flood takes at most 3 % of a core. */
  packetsPerSecond: 256,
  /** The same from one source. Guess: an honest one asks a few times in a minute. */
  packetsPerSourceSecond: 8,
  /** Sources whose packets are counted, most; keyed by the claimed address. Guess. */
  maxSources: 256,
  /** Sealed packets remembered, most. Derived: a few for each namespace. */
  maxSealed: 128,
  /** A namespace is answered for, after it was advertised, ms. From go-libp2p (TempAddrTTL, 2 minutes), as casm does. */
  advertiseTtlMs: 120_000,
  /** Answers sent, per second and at once. From casm (16 and 8 for surveys). */
  answersPerSecond: 16,
  answersAtOnce: 8,
  /** Bytes of an answer for each byte of the question, most, where the address is unproved. From RFC 9000 §8.1. */
  amplification: 3,
  /** Longest wait before a survey is answered, ms: answers of many do not come at once, and questions that come meanwhile get one. Guess. */
  answerDelayMs: 50,

  /** After how many ms everybody is asked a second time, and how long answers are waited for after that. Guess, and from casm (5 s). */
  surveyRepeatMs: 1_000,
  surveyWaitMs: 4_000,
  /** A gradual survey's first wait, the growth of the waits, and the longest. From casm. */
  gradualMinMs: 5_000,
  gradualFactor: 1.5,
  gradualMaxMs: 90_000,
  /** Distance of the first question and its growth. Derived: at 24 one of 256 peers answers; with casm's own 0 and 1 two peers find each other after 40 minutes. */
  gradualFirst: 24,
  gradualStep: 2,
  /** From this distance on everybody answers. From casm: the distance is that of 32 bits. */
  maxDistance: 32,

  /** Crawl packets, per second and at once. From casm (32 and 8). */
  crawlPerSecond: 32,
  crawlAtOnce: 8,
  /** Places that one crawl asks, most. Guess: a /16, half an hour at 32 packets per second. */
  maxTargets: 65_536,
  /** How long answers to the last packet are waited for, ms. Guess. */
  crawlWaitMs: 2_000,

  /** DNS: names followed from one, most; records taken of one answer; addresses found altogether. From go-multiaddr-dns practice (32 levels are never needed), and guesses. */
  maxNames: 16,
  maxDnsRecords: 32,
  maxDnsFound: 64,
  /** DNS: nested dnsaddr names, most. From libp2p practice. */
  maxDnsaddrDepth: 4,
  /** DNS: an answer is kept at least and at most so long, ms; and so long where its ttl is not known (SRV, TXT). Guess; Kubernetes gives 5 to 30 s. */
  minDnsTtlMs: 5_000,
  maxDnsTtlMs: 3_600_000,
  unknownDnsTtlMs: 30_000,
  /** DNS: one query, ms. From resolver practice. */
  dnsTimeoutMs: 5_000,

  /** js-libp2p modules: how long one search listens, ms, and peers remembered, most. Derived from mdns (asks every 10 s); guess. */
  moduleWaitMs: 10_000,
  maxModulePeers: 256
} as const
