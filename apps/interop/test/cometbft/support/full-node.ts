/** CometBFT's own node as it is released, with its kvstore application and one validator, in a process of its own. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHAIN } from './go.ts'
import { directory, Program } from './process.ts'
import type { Line } from './process.ts'

/** A line of its log. */
interface Logged extends Line {
  readonly _msg: string
  readonly ID?: string
  readonly impl?: string
  readonly peer?: unknown
}

export interface FullNodeSettings {
  readonly seedMode?: boolean
  /** `id@ip:port` each. */
  readonly seeds?: readonly string[]
}

export class FullNode extends Program<Logged> {
  id = ''
  /** `id@ip:port`. */
  address = ''

  private constructor(binary: string, home: string) {
    super(binary, ['start', '--home', home, '--proxy_app=kvstore'])
  }

  static async start(binary: string, settings: FullNodeSettings = {}): Promise<FullNode> {
    const home = await directory()
    await promisify(execFile)(binary, ['init', '--home', home])
    const port = await freePort()
    await rewrite(join(home, 'config', 'config.toml'), settingsOf(port, settings))
    await rewrite(join(home, 'config', 'genesis.json'), [[/"chain_id": ".*"/, `"chain_id": "${CHAIN}"`]])
    const node = new FullNode(binary, home)
    node.id = (await node.said(({ _msg }) => _msg === 'P2P Node ID')).ID!
    node.address = `${node.id}@127.0.0.1:${port}`
    await node.said(({ _msg, impl }) => _msg === 'service start' && impl === 'P2P Switch')
    return node
  }

  /** Resolves when that peer has been added. */
  async added(id: string): Promise<void> {
    await this.said(({ _msg, peer }) => _msg === 'Added peer' && String(peer).includes(id))
  }

  override end(): Promise<void> {
    return this.kill('SIGTERM')
  }
}

type Change = readonly [RegExp, string]

/** Loopback and several peers on one address; no RPC; blocks only where there is something to say. */
function settingsOf(port: number, { seedMode = false, seeds = [] }: FullNodeSettings): readonly Change[] {
  const set = (key: string, value: unknown): Change => [
    new RegExp(`^${key} = .*$`, 'm'),
    `${key} = ${JSON.stringify(value)}`
  ]
  return [
    [/^laddr = "tcp:\/\/127.0.0.1:26657"$/m, 'laddr = ""'],
    [/^laddr = "tcp:\/\/0.0.0.0:26656"$/m, `laddr = "tcp://127.0.0.1:${port}"`],
    set('log_format', 'json'),
    set('log_level', 'p2p:debug,pex:debug,*:error'),
    set('addr_book_strict', false),
    set('allow_duplicate_ip', true),
    set('create_empty_blocks', false),
    set('seed_mode', seedMode),
    set('seeds', seeds.join(','))
  ]
}

async function rewrite(file: string, changes: readonly Change[]): Promise<void> {
  let text = await readFile(file, 'utf8')
  for (const [what, by] of changes) {
    if (!what.test(text)) throw new Error(`${file} has no ${String(what)}`)
    text = text.replace(what, by)
  }
  await writeFile(file, text)
}

/** A port that nobody listens at just now: the node's own must be known before it starts. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
