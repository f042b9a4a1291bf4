/**
 * A network of real hosts for the Shadow network simulator (https://shadow.github.io), version 3: its configuration, the
 * graph, and a directory for each host with its key. Every host is the command itself, `pex start` over UDP; Shadow gives
 * it a clock, a network and chance of its own. The keys are made from the seed: whoever reads it has them all, so they are
 * good for simulations alone.
 */
import { createHash } from 'node:crypto'
import { generateKeyPairFromSeed, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { ipOf, placeOf } from './shadow-network.ts'
import type { ShadowSettings } from './shadow-settings.ts'

export interface ShadowHost {
  /** As Shadow calls it. */
  readonly name: string
  readonly id: string
  /** What `identity.key` holds. */
  readonly key: Uint8Array
  readonly ip: string
  readonly place: number
}

/** The names of what is exported; the first three lie side by side. */
export const configName = 'shadow.yaml'
export const graphName = 'network.gml'
/** Shadow makes its data directory a copy of this one: every run begins with the same keys and nothing else. */
export const templateName = 'template'

const port = 4_001
/** The first host is up before anybody asks it, s. */
const firstStart = 1
const otherStart = 3
/** The others come one after the other within so long, s, and in less than a quarter of the time: not all at once. */
const maxComing = 60
/** Before the end, s: a host may take ten seconds to stop. */
const stopAhead = 20

export async function shadowHosts(settings: ShadowSettings): Promise<readonly ShadowHost[]> {
  const hosts: ShadowHost[] = []
  for (let i = 0; i < settings.hosts; i++) {
    const secret = createHash('sha256').update(`pex sim export shadow ${settings.seed} ${i}`).digest()
    const key = await generateKeyPairFromSeed('Ed25519', Uint8Array.from(secret))
    hosts.push({
      name: `host${i + 1}`,
      id: peerIdFromPrivateKey(key).toString(),
      key: privateKeyToProtobuf(key),
      ip: ipOf(i),
      place: placeOf(i, settings)
    })
  }
  return hosts
}

/** Where the others ask first. */
export function bootstrapOf([first]: readonly ShadowHost[]): string {
  return `${listenOf(first!)}/p2p/${first!.id}`
}

function listenOf({ ip }: ShadowHost): string {
  // Not all interfaces: so a host knows its address without asking the system for it.
  return `/ip4/${ip}/udp/${port}/noise`
}

/** The directory of a host below the exported one, for its owner alone. */
export function dataOf({ name }: ShadowHost): string {
  return `${templateName}/hosts/${name}/data`
}

/** What Shadow is told. */
export function shadowYaml(settings: ShadowSettings, hosts: readonly ShadowHost[]): string {
  const seconds = Math.ceil(settings.durationMs / 1_000)
  return `# ${hosts.length} hosts of pex for Shadow 3, made by pex sim export shadow. Run it here: shadow ${configName}
# What a host says goes to shadow.data/hosts/<name>/node.1000.stdout, a JSON line for each event.
general:
  stop_time: ${seconds} s
  seed: ${settings.seed}
  template_directory: ${templateName}
  # Node spins for a moment before it sleeps; without this no time would pass meanwhile.
  model_unblocked_syscall_latency: true
  progress: true
network:
  # Packets take the edge between two places, whatever a detour would cost.
  use_shortest_path: false
  graph:
    type: gml
    file:
      path: ${graphName}
hosts:
${hosts.map((host, i) => hostYaml(settings, hosts, host, i, seconds)).join('')}`
}

function hostYaml(
  settings: ShadowSettings,
  hosts: readonly ShadowHost[],
  host: ShadowHost,
  index: number,
  seconds: number
): string {
  const { policy, tick, pex } = settings
  const args = [
    pex,
    'start',
    '--json',
    '--listen',
    listenOf(host),
    ...(index === 0 ? [] : ['--bootstrap', bootstrapOf(hosts)]),
    // Below the host's own directory, where Shadow starts it.
    '--data',
    'data',
    '--tick',
    tick,
    '--policy',
    policy,
    // No host starts a second time.
    '--store',
    'memory'
  ]
  // Double quotes as in JSON mean the same in YAML.
  return `  ${host.name}:
    network_node_id: ${host.place}
    ip_addr: ${host.ip}
    processes:
      - path: node
        args: [${args.map(arg => JSON.stringify(arg)).join(', ')}]
        environment: { UV_USE_IO_URING: "0" }
        start_time: ${startOf(index, hosts.length, seconds)} ms
        shutdown_time: ${seconds - stopAhead} s
`
}

/** When a host starts, ms. */
function startOf(index: number, count: number, seconds: number): number {
  if (index === 0) return firstStart * 1_000
  const coming = Math.min(maxComing, seconds / 4) * 1_000
  return otherStart * 1_000 + Math.round(((index - 1) / Math.max(1, count - 1)) * coming)
}
