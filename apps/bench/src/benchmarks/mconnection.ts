/** SecretConnection beside CometBFT's own, in Go. */
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { duplexOf, nodeKey, secretConnection } from '@pex/mconnection'
import type { NodeKey, Primitives, SecretConnection } from '@pex/mconnection'
import { primitives as noble } from '@pex/mconnection/noble'
import { systemClock } from '@pex/service'
import { compared } from '../charts/compared.ts'
import type { Benchmark, Circumstances, Figure, Scale } from '../figure.ts'
import { duration } from '../measure.ts'

const amounts: Record<Scale, { handshakes: number; megabytes: number }> = {
  full: { handshakes: 3_000, megabytes: 500 },
  quick: { handshakes: 500, megabytes: 100 },
  tiny: { handshakes: 3, megabytes: 1 }
}
const CHUNK = 65_536
const program = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'mconnection', 'test', 'go')
/** CometBFT's modules may have to be compiled first. */
const GO_MS = 900_000

interface Speed {
  readonly handshakesPerSecond: number
  readonly megabytesPerSecond: number
}

export const mconnection: Benchmark = {
  name: 'mconnection',
  question: 'How fast is a SecretConnection?',
  method:
    'TCP on loopback, both ends in one process, wall clock. Handshakes: one after the other, a new socket for each, 3 000 of them. ' +
    'Throughput: 500 MB one way in writes of 64 KiB. The rival does the same with CometBFT 0.38.12’s conn.MakeSecretConnection, compiled by ' +
    'the Go on this machine: on one processor, as Node has one thread, and on all of them. Without Go there is no rival.',

  async run({ scale, progress }: Circumstances): Promise<readonly Figure[]> {
    const rivals = await goSpeeds(scale, progress)
    progress('handshakes and bytes with the cryptography of Node')
    const node = await speed(scale, undefined)
    progress('handshakes and bytes with noble')
    const slow = await speed(scale, noble)
    const figures = (name: string, unit: string, of: (speed: Speed) => number): Figure[] => [
      ...rivals.map(rival => ({
        name: `${name} (Go on ${rival.on})`,
        value: of(node),
        unit,
        rival: { name: 'CometBFT', value: of(rival.speed) }
      })),
      ...(rivals.length === 0 ? [{ name, value: of(node), unit }] : []),
      { name: `${name}, noble`, value: of(slow), unit }
    ]
    return [
      ...figures('throughput', 'MB/s', ({ megabytesPerSecond }) => megabytesPerSecond),
      ...figures('handshakes', 'per second', ({ handshakesPerSecond }) => handshakesPerSecond)
    ]
  },

  charts: figures => ({ '': compared('A SecretConnection beside CometBFT’s', figures) })
}

async function speed(scale: Scale, primitives: Primitives | undefined): Promise<Speed> {
  const { handshakes, megabytes } = amounts[scale]
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const keys = [nodeKey(), nodeKey()] as const
  const open = (): Promise<SecretConnection[]> => pair(server, keys, primitives)
  const shake = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) for (const end of await open()) end.abort()
  }
  try {
    await shake(Math.ceil(handshakes / 10))
    const shakeMs = await duration(() => shake(handshakes))
    await transfer(await open(), megabytes / 10)
    const ends = await open()
    const transferMs = await duration(() => transfer(ends, megabytes))
    return {
      handshakesPerSecond: (handshakes * 1_000) / shakeMs,
      megabytesPerSecond: (megabytes * 1_000) / transferMs
    }
  } finally {
    server.close()
  }
}

async function pair(
  server: Server,
  keys: readonly [NodeKey, NodeKey],
  primitives: Primitives | undefined
): Promise<SecretConnection[]> {
  const accepted = once(server, 'connection')
  const here = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(here, 'connect')
  const [there] = (await accepted) as [Socket]
  return Promise.all(
    [here, there].map((socket, i) =>
      secretConnection(duplexOf(socket.setNoDelay()), { key: keys[i]!, clock: systemClock, primitives })
    )
  )
}

async function transfer([from, to]: SecretConnection[], megabytes: number): Promise<void> {
  const total = megabytes * 1_000_000
  const write = async (): Promise<void> => {
    const chunk = new Uint8Array(CHUNK)
    for (let left = total; left > 0; left -= CHUNK)
      await from!.write(chunk.subarray(0, Math.min(left, CHUNK)))
  }
  const read = async (): Promise<void> => {
    let left = total
    for await (const chunk of to!.source) {
      left -= chunk.length
      if (left <= 0) break
    }
  }
  await Promise.all([write(), read()])
  from!.abort()
  to!.abort()
}

/** What CometBFT's own does here; nothing, and a line that says why, where there is no Go or nothing it can compile. */
async function goSpeeds(
  scale: Scale,
  progress: (message: string) => void
): Promise<{ readonly on: string; readonly speed: Speed }[]> {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
  } catch {
    progress('go is not on the PATH: CometBFT’s figures are left out')
    return []
  }
  const { handshakes, megabytes } = amounts[scale]
  const args = ['run', '.', 'bench', String(handshakes), String(megabytes)]
  const run = async (env: NodeJS.ProcessEnv): Promise<Speed> => {
    const { stdout } = await promisify(execFile)('go', args, { cwd: program, timeout: GO_MS, env })
    return JSON.parse(stdout) as Speed
  }
  progress('the same with CometBFT, compiled by Go')
  try {
    return [
      { on: 'one processor', speed: await run({ ...process.env, GOMAXPROCS: '1' }) },
      { on: 'all', speed: await run(process.env) }
    ]
  } catch (error) {
    progress(`CometBFT’s figures are left out, for Go could not run it: ${String(error)}`)
    return []
  }
}
