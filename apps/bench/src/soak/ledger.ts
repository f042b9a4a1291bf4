/**
 * Who has to hear of what: a broadcast counts against every host that is live from its sending until a grace time after it,
 * and each of these has to hear it exactly once.
 */

/** What has become of one broadcast. Times in ms. */
export interface Outcome {
  readonly at: number
  /** Hosts that had to hear it. */
  readonly due: number
  /** Of these, those that did not within the grace time. */
  readonly missed: number
  /** How long it took to the median host and to the last one that had to hear it; nothing where nobody had to. */
  readonly median: number | undefined
  readonly last: number | undefined
  /** Who had to hear it and did not within a second: each with how long it took, nothing where it missed it. */
  readonly late: readonly { readonly host: number; readonly ms: number | undefined }[]
  readonly sender: number
  /** Whether its sender lived for the grace time, too: only then does it count. */
  readonly isJudged: boolean
}

/** What takes longer is worth to be known by name, ms. */
const LATE_MS = 1_000

interface Life {
  readonly from: number
  to: number
}

/** A broadcast is passed on for two minutes; what comes twice comes within that time. */
const LIFETIME_MS = 120_000

interface Sent {
  readonly sender: number
  readonly at: number
  isSettled: boolean
  /** When each host has heard it for the first time. */
  readonly heard: Map<number, number>
}

export class Ledger {
  readonly #graceMs: number
  // Bounded by the hosts of a soak, with those that were replaced within the grace time.
  readonly #lives = new Map<number, Life>()
  // Bounded by the broadcasts within a grace time and their lifetime: `settle` takes out the older ones.
  readonly #sent = new Map<number, Sent>()
  #twice = 0

  /** A host has `graceMs` to hear a broadcast. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** Deliveries of a broadcast to a host that had heard it before. */
  get twice(): number {
    return this.#twice
  }

  started(host: number, at: number): void {
    this.#lives.set(host, { from: at, to: Infinity })
  }

  /** From now on nothing is expected of a host: to be called before it is told to stop, or killed. */
  ended(host: number, at: number): void {
    const life = this.#lives.get(host)
    if (life !== undefined) life.to = at
  }

  sent(message: number, sender: number, at: number): void {
    this.#sent.set(message, { sender, at, isSettled: false, heard: new Map() })
  }

  heard(message: number, host: number, at: number): void {
    const sent = this.#sent.get(message)
    if (sent === undefined) return
    if (sent.heard.has(host) || host === sent.sender) this.#twice++
    else sent.heard.set(host, at)
  }

  /** Whether every host that is live now has heard all that it still has to hear. */
  get isQuiet(): boolean {
    const live = [...this.#lives].filter(([, { to }]) => to === Infinity)
    return [...this.#sent.values()].every(
      ({ sender, at, isSettled, heard }) =>
        isSettled || live.every(([host, { from }]) => host === sender || from > at || heard.has(host))
    )
  }

  /** What has become of the broadcasts whose grace time is over since the last call. */
  settle(now: number): readonly Outcome[] {
    const outcomes: Outcome[] = []
    for (const [message, sent] of this.#sent) {
      const end = sent.at + this.#graceMs
      if (end > now) break
      if (!sent.isSettled) outcomes.push(this.#judge(sent))
      sent.isSettled = true
      if (end + LIFETIME_MS <= now) this.#sent.delete(message)
    }
    for (const [host, { to }] of this.#lives) if (to + this.#graceMs < now) this.#lives.delete(host)
    return outcomes
  }

  #judge({ sender, at, heard }: Sent): Outcome {
    const end = at + this.#graceMs
    const isLive = (host: number): boolean => {
      const life = this.#lives.get(host)
      return life !== undefined && life.from <= at && life.to >= end
    }
    const due = [...this.#lives.keys()].filter(host => host !== sender && isLive(host))
    const all = due.map(host => {
      const heardAt = heard.get(host) ?? Infinity
      return { host, ms: heardAt > end ? undefined : Math.max(0, heardAt - at) }
    })
    const times = all.flatMap(({ ms }) => ms ?? []).toSorted((a, b) => a - b)
    return {
      at,
      due: due.length,
      missed: due.length - times.length,
      median: times[Math.ceil(times.length / 2) - 1],
      last: times.at(-1),
      late: all.filter(({ ms }) => ms === undefined || ms > LATE_MS),
      sender,
      isJudged: isLive(sender)
    }
  }
}
