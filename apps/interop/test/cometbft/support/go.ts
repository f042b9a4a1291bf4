/** CometBFT's own switch and PEX reactor, and connections that keep no rules, each in a process of its own. */
import { join } from 'node:path'
import { directory, Program } from './process.ts'
import type { Line } from './process.ts'

export const CHAIN = 'interop-1'
/** CometBFT's own period is 30 s; its least time between two requests is a third of the period. */
export const ENSURE_MS = 300

export interface GoSettings {
  readonly network?: string
  readonly moniker?: string
  /** Keeps its key and its book. @default a directory that is gone after the test */
  readonly data?: string
  readonly strict?: boolean
  readonly seedMode?: boolean
  /** `id@ip:port` each, as everywhere here. */
  readonly seeds?: readonly string[]
  readonly persistent?: readonly string[]
  readonly unconditional?: readonly string[]
  readonly private?: readonly string[]
  readonly ensureMs?: number
  readonly holdMs?: number
  readonly maxInbound?: number
  readonly maxOutbound?: number
  readonly uniqueIP?: boolean
}

export interface GoPeerInfo {
  readonly id: string
  readonly outbound: boolean
  readonly moniker: string
  readonly listen: string
  readonly version: string
}

interface NodeLine extends Line, Partial<GoPeerInfo> {
  readonly event: 'answer' | 'added' | 'removed' | 'received' | 'logged'
  readonly address?: string
  readonly reason?: string
  readonly kind?: 'request' | 'addresses'
  readonly banned?: boolean
  readonly count?: number
  readonly size?: number
  readonly peers?: readonly GoPeerInfo[]
  readonly selection?: readonly string[]
  readonly known?: boolean
  readonly good?: boolean
}

export interface Knows {
  readonly known: boolean
  readonly good: boolean
  readonly banned: boolean
}

export class GoNode extends Program<NodeLine> {
  id = ''
  /** `id@ip:port`. */
  address = ''

  static async start(binary: string, { data, ...settings }: GoSettings = {}): Promise<GoNode> {
    const node = new GoNode(binary, ['node'])
    const kept = data ?? (await directory())
    const { id, address } = await node.do('start', {
      network: CHAIN,
      moniker: 'go',
      ensureMs: ENSURE_MS,
      ...settings,
      key: join(kept, 'node_key.json'),
      book: join(kept, 'addrbook.json')
    })
    node.id = id!
    node.address = address!
    return node
  }

  /** Whom it is connected to. */
  async peers(): Promise<readonly GoPeerInfo[]> {
    return (await this.do('status')).peers ?? []
  }

  /** What it would tell others: the whole book as long as that is small. */
  async selection(): Promise<readonly string[]> {
    return (await this.do('status')).selection ?? []
  }

  async knows(id: string): Promise<Knows> {
    const { known = false, good = false, banned = false } = await this.do('knows', { id })
    return { known, good, banned }
  }

  /** Resolves when that peer has been added, for the first time or for the nth. */
  added(id: string, count = 1): Promise<NodeLine> {
    return this.said(line => line.event === 'added' && line.id === id, count)
  }

  /** Resolves when that peer has been removed, for the first time or for the nth, and is not there. */
  async removed(id: string, count = 1): Promise<NodeLine> {
    const line = await this.said(each => each.event === 'removed' && each.id === id, count)
    // Reactors hear of it a moment before it leaves the switch; where it has come back since, it is there.
    while ((await this.peers()).some(peer => peer.id === id)) {
      const isBack = this.lines.some(
        (each, i) => each.event === 'added' && each.id === id && i > this.lines.indexOf(line)
      )
      if (isBack) break
    }
    return line
  }

  /** Resolves when it has handled such a message of that peer. */
  received(id: string, kind: 'request' | 'addresses', count = 1): Promise<NodeLine> {
    return this.said(line => line.event === 'received' && line.id === id && line.kind === kind, count)
  }
}

/** How a raw connection begins; what is left out is as an honest peer has it. */
export interface Introduction {
  readonly network?: string
  readonly moniker?: string
  readonly listen?: string
  readonly id?: string
  readonly block?: number
  readonly version?: string
  readonly channels?: readonly number[]
  readonly txIndex?: string
  /** Bytes that make the NodeInfo too large. */
  readonly filling?: number
  /** Where it leaves the handshake. */
  readonly fault?: 'silent' | 'garbage' | 'zero-key' | 'half' | 'no-info'
}

interface RawLine extends Line {
  readonly event: 'ready' | 'answer' | 'connected' | 'refused' | 'received' | 'closed' | 'left'
  readonly id?: string
  readonly address?: string
  readonly link?: number
  readonly peer?: string
  readonly network?: string
  readonly moniker?: string
  readonly version?: string
  readonly kind?: 'request' | 'addresses' | 'pong' | 'other'
  readonly addresses?: readonly string[]
  /** Of `closed`: since it last wrote. */
  readonly ms?: number
}

/** One key, and connections on which the test says what is sent. */
export class RawPeer extends Program<RawLine> {
  id = ''

  static async start(binary: string): Promise<RawPeer> {
    const raw = new RawPeer(binary, ['raw'])
    raw.id = (await raw.said(({ event }) => event === 'ready')).id!
    return raw
  }

  /** Connects, and tells of itself; resolves with the number of the connection. */
  async dial(address: string, introduction: Introduction = {}): Promise<number> {
    const target = address.slice(address.indexOf('@') + 1)
    // A version that is not known to ask for addresses more often than it should.
    const honest = { network: CHAIN, listen: '127.0.0.1:9', version: '0.38.17' }
    return (await this.do('dial', { ...honest, ...introduction, address: target })).link!
  }

  /** Listens; resolves with its address. Connections come as `connected`. */
  async listen(introduction: Introduction = {}): Promise<string> {
    return (await this.do('listen', { network: CHAIN, ...introduction })).address!
  }

  /** The number of the nth connection that has come to where it listens. */
  async connected(count = 1): Promise<number> {
    return (await this.said(({ event }) => event === 'connected', count)).link!
  }

  async send(link: number, what: string, times = 1): Promise<void> {
    await this.do('send', { link, what, times })
  }

  received(link: number, kind: RawLine['kind'], count = 1): Promise<RawLine> {
    return this.said(line => line.event === 'received' && line.link === link && line.kind === kind, count)
  }

  /** Resolves when the other side has closed the connection. */
  closed(link: number): Promise<RawLine> {
    return this.said(line => line.event === 'closed' && line.link === link)
  }
}
