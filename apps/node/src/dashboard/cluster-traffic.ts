/**
 * What the hosts of a demo send and receive. The demo itself sees no message of theirs, so each is asked on its own dashboard; what a
 * host that was killed had counted since it was asked last is lost with it.
 */
import type { TrafficShape } from './shapes.ts'

type Way = TrafficShape['sent']

const none: TrafficShape = { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 } }
/** Longest wait for a host, ms: less than a second, so that a host that hangs does not hold up the next one. Guess. */
const PATIENCE_MS = 500

export class ClusterTraffic {
  readonly #ask: (dashboard: string) => Promise<TrafficShape>
  // Bounded by the hosts of the demo: what each had counted when it was asked last, by its dashboard; a host that comes back has a new one.
  #known: ReadonlyMap<string, TrafficShape> = new Map()
  #total: TrafficShape = none

  /** `ask`: how to read the counts behind a dashboard, for tests. @default over HTTP */
  constructor(ask: (dashboard: string) => Promise<TrafficShape> = read) {
    this.#ask = ask
  }

  /** Of all hosts together, since the start. */
  get total(): TrafficShape {
    return this.#total
  }

  /** Asks the hosts behind these dashboards; resolves to what has come since they were asked last. Never fails. */
  async step(dashboards: Iterable<string>): Promise<TrafficShape> {
    const answers = await Promise.all(
      [...dashboards].map(async url => {
        const before = this.#known.get(url)
        const now = await this.#ask(url).catch(() => before)
        return now === undefined ? undefined : { url, before: before ?? none, now }
      })
    )
    const known = answers.filter(answer => answer !== undefined)
    this.#known = new Map(known.map(({ url, now }) => [url, now]))
    const news = known.map(({ before, now }) => combine(now, before, (a, b) => a - b))
    const sum = news.reduce((all, each) => combine(all, each, (a, b) => a + b), none)
    this.#total = combine(this.#total, sum, (a, b) => a + b)
    return sum
  }
}

async function read(dashboard: string): Promise<TrafficShape> {
  const response = await fetch(`${dashboard}/api/v1/traffic`, { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`${response.status}`)
  return (await response.json()) as TrafficShape
}

function combine(a: TrafficShape, b: TrafficShape, by: (a: number, b: number) => number): TrafficShape {
  const way = (one: Way, other: Way): Way => ({
    messages: by(one.messages, other.messages),
    bytes: by(one.bytes, other.bytes)
  })
  return { sent: way(a.sent, b.sent), received: way(a.received, b.received) }
}
