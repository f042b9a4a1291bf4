/**
 * What names in addresses stand for, looked up before anything is dialled, so that a stranger's name cannot lead into one's
 * own site: `dnsaddr` records (libp2p's addressing specification) always, host names wherever a program may open any socket.
 * Where a handshake needs the name (TLS, WebSockets) it is dialled by name, after every place that it leads to was judged.
 */
import type { Resolved } from '@pex/core'
import { dns, RecordType } from '@multiformats/dns'
import type { DNS } from '@multiformats/dns'

/** Records of one `dnsaddr`, and names behind names, that are followed. libp2p follows 32. */
const MAX_RECORDS = 32
/** Queries that one address may cost: names behind names are followed so far. */
const MAX_QUERIES = 16
/** Handshakes that tell the other side the name. */
const NEEDS_NAME = /\/(tls|ws|wss|http|https|webtransport)(\/|$)/
/** Names that no public resolver knows: the system's own may, and a private network's scope lets it. */
const LOCAL = /(^|\.)(localhost|local|internal|lan|home|corp|intranet|test)$/i

const IN_BROWSER: boolean = Object.hasOwn(globalThis, 'window')

/** What is left for one address. */
interface Budget {
  queries: number
}

export class Names {
  readonly #isBrowser: boolean
  #dns: Pick<DNS, 'query'> | undefined

  /** `resolver`: by default the platform's, made when it is first needed. */
  constructor(isBrowser: boolean = IN_BROWSER, resolver?: Pick<DNS, 'query'>) {
    this.#isBrowser = isBrowser
    this.#dns = resolver
  }

  /** Rejects where a name could not be looked up at all. */
  async resolve(
    address: string,
    { signal }: { signal: AbortSignal },
    budget: Budget = { queries: MAX_QUERIES }
  ): Promise<readonly Resolved[]> {
    const [, protocol = '', host = '', ...rest] = address.split('/')
    if (protocol === 'dnsaddr') return this.#texts(host, rest, signal, budget)
    const isHost = protocol === 'dns' || protocol === 'dns4' || protocol === 'dns6'
    const isLocal = !host.includes('.') || LOCAL.test(host)
    // A browser opens nothing but what the name's certificate covers.
    if (!isHost || isLocal || this.#isBrowser) return [{ dial: address, at: address }]
    const tail = rest.length > 0 ? `/${rest.join('/')}` : ''
    const found = await this.#hosts(protocol, host, signal, budget)
    return found.map(ip => {
      const at = `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}${tail}`
      return { dial: NEEDS_NAME.test(tail) ? address : at, at }
    })
  }

  async #hosts(
    protocol: string,
    host: string,
    signal: AbortSignal,
    budget: Budget
  ): Promise<readonly string[]> {
    const types = [
      ...(protocol === 'dns6' ? [] : [RecordType.A]),
      ...(protocol === 'dns4' ? [] : [RecordType.AAAA])
    ]
    const answers = await Promise.allSettled(types.map(type => this.#query(host, type, signal, budget)))
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
    const failed = answers.find(answer => answer.status === 'rejected')
    if (found.length === 0 && failed !== undefined) throw failed.reason
    return found.slice(0, MAX_RECORDS)
  }

  /** The addresses in a name's TXT records, those aside that are of somebody else than the address asks for. */
  async #texts(
    host: string,
    rest: readonly string[],
    signal: AbortSignal,
    budget: Budget
  ): Promise<readonly Resolved[]> {
    const wanted = rest[0] === 'p2p' ? `/p2p/${rest[1]}` : ''
    const texts = await this.#query(`_dnsaddr.${host}`, RecordType.TXT, signal, budget)
    const addresses = texts
      .map(text => /^"?dnsaddr=([^"]+)"?$/.exec(text.trim())?.[1])
      .filter(address => address !== undefined && address.endsWith(wanted))
      .slice(0, MAX_RECORDS) as string[]
    const found = await Promise.allSettled(
      addresses.map(address => this.resolve(address, { signal }, budget))
    )
    return found.flatMap(each => (each.status === 'fulfilled' ? each.value : [])).slice(0, MAX_RECORDS)
  }

  async #query(
    name: string,
    type: RecordType,
    signal: AbortSignal,
    budget: Budget
  ): Promise<readonly string[]> {
    if (budget.queries-- <= 0) return []
    this.#dns ??= dns()
    const { Answer: answers } = await this.#dns.query(name, { types: [type], signal })
    return answers.filter(answer => answer.type === type).map(({ data }) => data)
  }
}
