/**
 * The door of the HTTP API (threat T21). A web page of a stranger may not read it, not through a name that it makes lead to this
 * machine, nor from its own origin, nor by following a form to it; and where there is a token, only those who know it may.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { namesAddress } from '../listener.ts'

export interface Refusal {
  readonly status: 401 | 403 | 405 | 429
  readonly code: string
  readonly message: string
}

/** Where a token is handed in: the only thing that is not read with GET. */
export const SESSION = '/session'
/** Wrong tokens in a minute, from everybody together; after that none is looked at. Guess: many more than typing errors. */
const MAX_WRONG = 30
const MINUTE_MS = 60_000

/**
 * What speaks against a request, whoever sends it: judged by its Host, Origin, the browser's own word on where it comes from, and
 * its method.
 */
export function refuse({ method = '', url = '/', headers }: IncomingMessage): Refusal | undefined {
  const { host, origin } = headers
  const path = url.split('?')[0]!
  if (!namesAddress(host))
    return forbidden('PEX_HOST', 'ask for this host by its IP address, or as localhost')
  if (origin !== undefined && origin.toLowerCase() !== `http://${host!.toLowerCase()}`)
    return forbidden('PEX_ORIGIN', 'this is not for pages of another origin')
  const site = headers['sec-fetch-site']
  const isVisit = method === 'GET' && path === '/' && headers['sec-fetch-mode'] === 'navigate'
  const isFramed = headers['sec-fetch-dest'] === 'iframe' || headers['sec-fetch-dest'] === 'object'
  if ((site === 'cross-site' || site === 'same-site') && (!isVisit || isFramed))
    return forbidden('PEX_ORIGIN', 'this is not for pages of another origin')
  if (method === 'POST' ? path !== SESSION : method !== 'GET' && method !== 'HEAD')
    return { status: 405, code: 'PEX_METHOD', message: 'everything here is read with GET' }
  // A form of another origin in a browser too old to say so: such a browser says nothing at all.
  if (method === 'POST' && origin === undefined)
    return forbidden('PEX_ORIGIN', 'a token is handed in from the page itself')
  return undefined
}

function forbidden(code: string, message: string): Refusal {
  return { status: 403, code, message }
}

/** Knows who knows the token. */
export class Guard {
  readonly #token: string | undefined
  /** What a browser shows after it has handed in the token: worth nothing elsewhere, or after a restart. */
  readonly #session: string
  #wrong = 0
  #since = 0

  constructor(token: string | undefined) {
    this.#token = token
    this.#session = createHmac('sha256', randomBytes(32)).update('session').digest('hex')
  }

  /** Whether a request may read what is not for everybody. */
  admits({ headers, socket }: IncomingMessage): boolean {
    if (this.#token === undefined) return true
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return this.#check(bearer) === undefined
    const name = `${cookieName(socket.localPort)}=`
    const cookie = (headers.cookie ?? '').split(/; */).find(each => each.startsWith(name))
    return cookie !== undefined && isSame(cookie.slice(name.length), this.#session)
  }

  /** The cookie for whoever hands in the token, or why there is none. */
  open(token: string, port: number | undefined): string | Refusal {
    const refusal = this.#token === undefined ? undefined : this.#check(token)
    return refusal ?? `${cookieName(port)}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  #check(token: string): Refusal | undefined {
    const now = performance.now()
    if (now - this.#since >= MINUTE_MS) [this.#since, this.#wrong] = [now, 0]
    if (this.#wrong >= MAX_WRONG)
      return { status: 429, code: 'PEX_TOO_OFTEN', message: 'too many wrong tokens; wait for a minute' }
    if (isSame(token, this.#token!)) return undefined
    this.#wrong++
    return { status: 401, code: 'PEX_TOKEN', message: 'that is not the token of this host' }
  }
}

/** Cookies do not keep the ports of one machine apart. */
function cookieName(port: number | undefined): string {
  return `pex-${port ?? 0}`
}

/** Compares digests, so that time tells nothing of either text. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', KEY).update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const KEY = randomBytes(32)
