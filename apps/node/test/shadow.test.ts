/**
 * What `pex sim export shadow` writes. Shadow itself is not here: its files are held to what its specification says, and the
 * hosts in them are started, two of them, on this machine's own network.
 */
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { NetworkScope } from '@pex/core'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { build } from '../src/cli/program.ts'
import { readIdentity } from '../src/identity.ts'
import { ipOf } from '../src/sim/shadow-network.ts'
import { readShadow } from '../src/sim/shadow-settings.ts'
import type { ShadowOptions } from '../src/sim/shadow-settings.ts'
import { shadowShape } from '../src/sim/sweep-shape.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

// Each test runs the command as a process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const text = v.pipe(v.string(), v.nonEmpty())
const time = v.pipe(v.string(), v.regex(/^\d+ (ms|s)$/))

/** As far as we use it, the configuration as Shadow 3 specifies it. */
const configShape = v.strictObject({
  general: v.strictObject({
    stop_time: time,
    seed: v.pipe(v.number(), v.integer()),
    template_directory: text,
    model_unblocked_syscall_latency: v.boolean(),
    progress: v.boolean()
  }),
  network: v.strictObject({
    use_shortest_path: v.boolean(),
    graph: v.strictObject({ type: v.literal('gml'), file: v.strictObject({ path: text }) })
  }),
  hosts: v.record(
    v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]*$/)),
    v.strictObject({
      network_node_id: v.pipe(v.number(), v.integer()),
      ip_addr: v.pipe(v.string(), v.ipv4()),
      processes: v.tuple([
        v.strictObject({
          path: text,
          args: v.array(text),
          environment: v.record(v.string(), v.string()),
          start_time: time,
          shutdown_time: time
        })
      ])
    })
  )
})
type Config = v.InferOutput<typeof configShape>

interface Vertex {
  readonly id: number
}

interface Edge {
  readonly source: number
  readonly target: number
  readonly latency: number
  readonly loss: number
}

/** Reads GML as far as Shadow's graphs need it: words, numbers, texts, and lists in brackets. */
function readGraph(gml: string): { readonly vertices: readonly Vertex[]; readonly edges: readonly Edge[] } {
  const tokens = gml.match(/"[^"]*"|\[|\]|[^\s[\]"]+/g) ?? []
  let at = 0
  const list = (): [string, unknown][] => {
    const pairs: [string, unknown][] = []
    for (;;) {
      const key = tokens[at++]
      if (key === undefined || key === ']') return pairs
      expect(key).toMatch(/^[a-z_]+$/)
      const value = tokens[at++]!
      pairs.push([key, value === '[' ? list() : value.startsWith('"') ? value.slice(1, -1) : Number(value)])
    }
  }
  const [[name, graph], ...rest] = list() as [[string, [string, unknown][]]]
  expect([name, rest]).toEqual(['graph', []])
  const all = (kind: string): Record<string, unknown>[] =>
    graph.filter(([key]) => key === kind).map(([, value]) => Object.fromEntries(value as [string, unknown][]))
  expect(graph[0]).toEqual(['directed', 0])
  return {
    vertices: all('node').map(({ id, host_bandwidth_down: down, host_bandwidth_up: up, ...more }) => {
      expect([down, up, more]).toEqual([expect.stringMatching(/^\d+ Mbit$/), down, {}])
      return { id: id as number }
    }),
    edges: all('edge').map(({ source, target, latency, packet_loss: loss, ...more }) => {
      expect([latency, more]).toEqual([expect.stringMatching(/^\d+ us$/), {}])
      return {
        source: source as number,
        target: target as number,
        latency: Number.parseInt(latency as string, 10),
        loss: loss as number
      }
    })
  }
}

async function exported(...options: string[]): Promise<{ out: string; config: Config; gml: string }> {
  const out = join(temporaryDirectory(), 'net')
  const ran = await pex([
    'sim',
    'export',
    'shadow',
    '--out',
    out,
    '--json',
    '--pex',
    '/opt/pex/main.js',
    ...options
  ])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(v.parse(shadowShape, JSON.parse(ran.stdout))).toMatchObject({ out })
  const config = v.parse(configShape, parse(readFileSync(join(out, 'shadow.yaml'), 'utf8')))
  return { out, config, gml: readFileSync(join(out, config.network.graph.file.path), 'utf8') }
}

const seconds = (text: string): number => Number.parseInt(text, 10) / (text.endsWith('ms') ? 1_000 : 1)

describe('a network for Shadow', () => {
  it('has a complete graph, with the latencies and the loss that were asked for', async () => {
    const { gml } = await exported(
      '--hosts',
      '3',
      '--places',
      '4',
      '--latency',
      '20ms-90ms',
      '--loss',
      '0.05'
    )
    const { vertices, edges } = readGraph(gml)
    expect(vertices.map(({ id }) => id)).toEqual([0, 1, 2, 3])
    const pairs = edges.map(({ source, target }) => `${source} ${target}`)
    expect(pairs).toEqual(['0 0', '0 1', '0 2', '0 3', '1 1', '1 2', '1 3', '2 2', '2 3', '3 3'])
    for (const { source, target, latency, loss } of edges) {
      expect(loss).toBe(0.05)
      // Shadow takes no latency of 0.
      expect(latency).toBeGreaterThanOrEqual(source === target ? 1_000 : 20_000)
      expect(latency).toBeLessThanOrEqual(source === target ? 1_000 : 90_000)
    }
    expect(new Set(edges.map(({ latency }) => latency)).size).toBeGreaterThan(4)
  })

  it('has one place with the latency itself, where one is asked for', async () => {
    const { gml } = await exported('--hosts', '2', '--places', '1', '--latency', '50ms')
    expect(readGraph(gml).edges).toEqual([{ source: 0, target: 0, latency: 50_000, loss: 0 }])
  })

  it('has hosts that listen at the addresses they are given, know their own keys, and ask the first one', async () => {
    const { out, config, gml } = await exported('--hosts', '12', '--places', '3', '--duration', '5m')
    const hosts = Object.entries(config.hosts)
    const places = new Set(readGraph(gml).vertices.map(({ id }) => id))
    const known = new Set(
      build(() => {})
        .commands.find(each => each.name() === 'start')!
        .options.map(each => each.long)
    )
    const ids = hosts.map(([name, { network_node_id: place, ip_addr: ip, processes }], i) => {
      const [{ path, args }] = processes
      expect(path).toBe('node')
      expect(args.slice(0, 2)).toEqual(['/opt/pex/main.js', 'start'])
      for (const arg of args.filter(each => each.startsWith('--'))) expect(known, arg).toContain(arg)
      expect(places).toContain(place)
      expect(valueIn(args, '--listen')).toBe(`/ip4/${ip}/udp/4001/noise`)
      expect(args.includes('--bootstrap')).toBe(i > 0)
      // Relative to where Shadow starts it: the copy of its directory in the template.
      const data = join(out, config.general.template_directory, 'hosts', name, valueIn(args, '--data'))
      expect(readdirSync(data)).toEqual(['identity.key'])
      expect(statSync(join(data, 'identity.key')).mode & 0o777).toBe(0o600)
      return readIdentity(join(data, 'identity.key'))!.id
    })
    expect(new Set(ids).size).toBe(12)
    expect(new Set(hosts.map(([, { ip_addr: ip }]) => ip)).size).toBe(12)
    const first = `/ip4/${hosts[0]![1].ip_addr}/udp/4001/noise/p2p/${ids[0]}`
    for (const [, { processes }] of hosts.slice(1))
      expect(valueIn(processes[0].args, '--bootstrap')).toBe(first)
    // The first is there when the others come, all stop in time, and there is time between.
    const starts = hosts.map(([, { processes }]) => seconds(processes[0].start_time))
    expect(starts[0]).toBeLessThan(Math.min(...starts.slice(1)))
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    const stop = seconds(config.general.stop_time)
    expect(stop).toBe(300)
    for (const [, { processes }] of hosts) {
      expect(seconds(processes[0].shutdown_time)).toBeGreaterThan(Math.max(...starts) + 60)
      expect(seconds(processes[0].shutdown_time)).toBeLessThanOrEqual(stop - 10)
    }
  })

  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = await Promise.all(
      ['7', '7', '8'].map(seed => exported('--hosts', '3', '--seed', seed))
    )
    expect([again!.gml, again!.config]).toEqual([one!.gml, one!.config])
    const keyOf = ({ out }: { out: string }): string =>
      readFileSync(join(out, 'template/hosts/host2/data/identity.key'), 'hex')
    expect(keyOf(again!)).toBe(keyOf(one!))
    expect(keyOf(other!)).not.toBe(keyOf(one!))
    expect(other!.gml).not.toBe(one!.gml)
    expect(other!.config.general.seed).toBe(8)
  })

  it('has public addresses alone, each in a /16 of its own', () => {
    const scope = new NetworkScope('public')
    const all = Array.from({ length: 10_000 }, (_, i) => ipOf(i))
    expect(new Set(all.map(ip => ip.split('.').slice(0, 2).join('.'))).size).toBe(10_000)
    for (const ip of all) expect(scope.allows(`/ip4/${ip}/udp/4001/noise`), ip).toBe(true)
  })

  it('has hosts that find each other, with the keys and the words that it gives them', async () => {
    const { out, config } = await exported('--hosts', '2', '--tick', '200ms')
    const data = temporaryDirectory()
    cpSync(join(out, 'template'), data, { recursive: true })
    const ports = await freePorts(2)
    const [first, second] = ['host1', 'host2'].map(name => {
      const [{ args }] = config.hosts[name]!.processes
      return new Running(
        args.slice(1).map((arg, i, all) =>
          all[i - 1] === '--data'
            ? join(data, 'hosts', name, arg)
            : // In Shadow's network each has an address; here they share one.
              arg.replace(
                /\/ip4\/20\.(\d)\.0\.1\/udp\/4001/,
                (_, host) => `/ip4/127.0.0.1/udp/${ports[Number(host)]}`
              )
        )
      )
    })
    const { id } = await second!.event('listening')
    await first!.until(line => line['event'] === 'view' && (line['added'] as string[]).includes(String(id)))
    for (const each of [first!, second!]) each.kill('SIGTERM')
    // What Shadow expects of a process.
    expect(await first!.ended).toEqual({ code: 0, signal: null })
    expect(await second!.ended).toEqual({ code: 0, signal: null })
  })

  it.each<[string, Partial<ShadowOptions>, RegExp]>([
    ['a single host', { hosts: '1' }, /--hosts "1" is out of range/],
    ['more hosts than addresses', { hosts: '10001' }, /--hosts "10001" is out of range/],
    ['no place', { places: '0' }, /--places "0" is out of range/],
    ['no latency at all', { latency: '0ms' }, /--latency "0ms" is too short/],
    ['a range that goes down', { latency: '90ms-20ms' }, /is no range/],
    ['a range of three', { latency: '1ms-2ms-3ms' }, /is no range/],
    ['a number without a unit', { latency: '50' }, /--latency "50" is no duration/],
    ['more loss than packets', { loss: '1.5' }, /--loss "1.5" is no share/],
    ['a loss that is none', { loss: 'some' }, /--loss "some" is no share/],
    ['no bandwidth', { bandwidth: '0' }, /--bandwidth "0" is out of range/],
    ['too little time', { duration: '10s' }, /--duration "10s" is too short/],
    ['a tick that hosts refuse', { tick: '1ms' }, /--tick "1ms" is too short/],
    ['an unknown policy', { policy: 'newscats' }, /"newscats" is no policy/]
  ])('with %s is refused', (_, change, says) => {
    expect(() => readShadow({ ...defaults, ...change }, ['balanced'])).toThrow(says)
  })

  it('takes no option of simulations in silence, wherever it stands', async () => {
    const out = temporaryDirectory()
    const { code, stdout, stderr } = await pex(['sim', '--nodes', '5', 'export', 'shadow', '--out', out])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe('pex: --nodes has no meaning here; try pex sim export shadow --help\n')
  })

  it('is never mixed with another one', async () => {
    const { out } = await exported('--hosts', '2')
    const { code, stderr } = await pex(['sim', 'export', 'shadow', '--hosts', '3', '--out', out])
    expect(code).toBe(2)
    expect(stderr).toMatch(/there is .*shadow\.yaml already; try another --out/)
  })
})

const defaults: ShadowOptions = {
  hosts: '100',
  policy: 'balanced',
  seed: '1',
  places: '10',
  latency: '10ms-150ms',
  loss: '0',
  bandwidth: '100',
  duration: '10m',
  tick: '10s',
  out: 'shadow'
}

function valueIn(args: readonly string[], option: string): string {
  return args[args.indexOf(option) + 1]!
}

async function freePorts(count: number): Promise<readonly number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'))
  const ports = await Promise.all(
    sockets.map(
      socket =>
        new Promise<number>(resolve => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)))
    )
  )
  await Promise.all(sockets.map(socket => new Promise<void>(resolve => socket.close(() => resolve()))))
  return ports
}
