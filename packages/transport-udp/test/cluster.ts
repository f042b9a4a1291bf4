/** Services on real sockets: hosts that can be killed without a word, and come back with what they had stored. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Contact, Store } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { randomBytes } from 'node:crypto'
import { generateKeyPair as generateX25519 } from '../src/crypto.ts'
import { bindDgram } from '../src/socket.ts'
import type { Bind } from '../src/socket.ts'
import { Udp } from '../src/transport.ts'

export const NAMESPACE = 'cluster'

/** The system's socket, until it is cut off: then nothing gets in or out. */
function mortalBind(): { bind: Bind; cut: () => void } {
  let alive = true
  const bind: Bind = async (host, port, onDatagram) => {
    const socket = await bindDgram(host, port, (...datagram) => void (alive && onDatagram(...datagram)))
    return { ...socket, send: (...datagram) => void (alive && socket.send(...datagram)) }
  }
  return { bind, cut: () => void (alive = false) }
}

type Key = Parameters<typeof createSigner>[0] & { readonly type: 'Ed25519' }

export class Host {
  pex!: Pex
  transport!: Udp
  alive = false
  readonly #key: Key
  readonly #store: Store = memoryStore()
  readonly #listen: string
  #cut = (): void => {}

  static async create(listen: string): Promise<Host> {
    return new Host(await generateKeyPair('Ed25519'), listen)
  }

  constructor(key: Key, listen: string) {
    this.#key = key
    this.#listen = listen
  }

  get id(): string {
    return this.pex.id
  }

  get view(): readonly string[] {
    return this.pex.view(NAMESPACE).map(({ id }) => id)
  }

  async start(bootstrap: readonly Contact[], tickMs: number): Promise<void> {
    const { bind, cut } = mortalBind()
    this.#cut = cut
    this.transport = new Udp(
      { privateKey: this.#key, listen: [this.#listen] },
      { bind, keyPair: generateX25519, bytes: randomBytes }
    )
    const parts = {
      transport: this.transport,
      signer: createSigner(this.#key),
      verifier: createVerifier(),
      store: this.#store
    }
    this.pex = createPex(parts, { namespaces: [NAMESPACE], bootstrap, gossip: { tickMs } })
    await this.pex.start()
    this.alive = true
  }

  get contact(): Contact {
    return { id: this.id, addresses: this.transport.addresses() }
  }

  /** Silence at once; what this process still holds of it is cleared away behind the curtain. */
  async kill(): Promise<void> {
    this.alive = false
    this.#cut()
    await this.pex.stop()
  }

  async stop(): Promise<void> {
    this.alive = false
    await this.pex.stop()
  }
}

/** Resolves as soon as the condition holds; it is looked at with every event of any host. Rejects when the test is over. */
export function until(hosts: readonly Host[], signal: AbortSignal, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      for (const { pex } of hosts) pex.removeEventListener('round', look)
    }
    const look = (): void => {
      if (!holds()) return
      end()
      resolve()
    }
    for (const { pex } of hosts) pex.addEventListener('round', look)
    signal.addEventListener('abort', () => {
      end()
      reject(new Error('it took too long'))
    })
    look()
  })
}

/** Whether every one of the hosts can be reached from every other along the views. */
export function isConnected(hosts: readonly Host[]): boolean {
  const links = new Map(hosts.map(host => [host.id, new Set<string>()]))
  for (const host of hosts) {
    for (const id of host.view) {
      links.get(host.id)!.add(id)
      links.get(id)?.add(host.id)
    }
  }
  const seen = new Set<string>()
  const open = [hosts[0]!.id]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || !links.has(id)) continue
    seen.add(id)
    open.push(...links.get(id)!)
  }
  return seen.size === hosts.length
}
