/**
 * The settings of a host, checked: every value of every source, not only the one that counts, so that a mistake is found
 * before the day on which it matters.
 */
import { limits, policies } from '@pex/core'
import * as v from 'valibot'
import { defaultDataPath } from './data-directory.ts'
import { durationForms, parseDuration } from './duration.ts'
import { Failure, oneLine } from './failure.ts'
import { readListenAddress } from './listener.ts'
import type { ListenAddress } from './listener.ts'
import { readSources, settingNames } from './sources.ts'
import type { Flags, RawValue, SettingName, Source } from './sources.ts'

/** What a host is told to be. */
export interface Settings {
  /** Multiaddrs to listen on. @default ['/ip4/127.0.0.1/tcp/0'], a free port that only this machine reaches */
  readonly listen: readonly string[]
  /** Multiaddrs of hosts to ask first. @default [] */
  readonly bootstrap: readonly string[]
  /** Where else to look for somebody: texts that `@pex/discovery/from` reads. @default [] */
  readonly discover: readonly string[]
  /** Namespaces to join. @default ['pex'] */
  readonly namespace: readonly string[]
  /** The data directory. @default ~/.local/share/pex, by the XDG rules */
  readonly data: string
  /** Longest wait between two rounds, ms. @default limits.tickMs */
  readonly tickMs: number
  /** What survives a restart. @default 'level' */
  readonly store: 'level' | 'memory'
  /** How peers are sampled: a name from core's `policies`. @default the library's own default */
  readonly policy: string | undefined
  /** What to speak: our own wire, that of casm's Go nodes, or both. @default 'native' */
  readonly wire: 'native' | 'casm' | 'both'
  /** How far the network reaches; see `NetworkScope` in `@pex/core`. @default 'auto' */
  readonly scope: 'auto' | 'public' | 'private'
  /** The file with the secret of a closed network. @default none: everybody may come */
  readonly secret: string | undefined
  /** Where to serve metrics for Prometheus. @default nowhere */
  readonly metrics: ListenAddress | undefined
  /** Where to serve the dashboard and the HTTP API. @default nowhere */
  readonly dashboard: ListenAddress | undefined
  /** The file with the word that the dashboard asks for. @default none, on loopback alone */
  readonly dashboardToken: string | undefined
  /** Whether to ask routers for ports that lead here. @default 'none' */
  readonly nat: 'none' | 'upnp'
}

/** A settings value that is wrong only in the eyes of whoever uses it: where it stands. */
export type Origins = ReadonlyMap<SettingName, string>

/** The longest tick; beyond it a platform's timer would fire at once. */
const maxTickMs = 86_400_000
/** Many more addresses than anybody types; a bound for files. */
const maxAddresses = 256

const list = (what: string, max: number): v.GenericSchema<unknown, readonly string[]> =>
  v.pipe(
    v.union([v.string(), v.array(v.string())], `is not ${what}`),
    v.transform(value => (typeof value === 'string' ? [value] : value)),
    v.array(v.pipe(v.string(), v.nonEmpty('holds an empty text'))),
    v.maxLength(max, `has more than ${max} entries`),
    v.transform(values => [...new Set(values)])
  )

const encoder = new TextEncoder()
const namespace = v.pipe(
  v.string(),
  v.check(
    name => encoder.encode(name).length <= limits.maxNamespaceBytes,
    issue => `has a namespace of ${encoder.encode(issue.input).length} bytes ("${issue.input.slice(0, 16)}…")`
  ),
  v.check(
    name => !/[\p{Cc}\p{Z}]/u.test(name) && name.isWellFormed(),
    'has a namespace with blanks or broken characters'
  )
)

const path = v.pipe(
  v.string('is not a path'),
  v.nonEmpty('is empty'),
  v.check(text => !text.includes('\0'), 'is not a path')
)

const tick = v.pipe(
  v.string('is not a text'),
  v.check(text => parseDuration(text) !== undefined, 'is not a duration'),
  v.transform(text => parseDuration(text)!),
  v.minValue(limits.minTickMs, 'is too short'),
  v.maxValue(maxTickMs, 'is too long')
)

/** An IP address and a port. */
const listenAddress = v.pipe(
  v.string('is not a text'),
  v.transform(readListenAddress),
  v.custom<ListenAddress>(address => address !== undefined, 'is no address to serve on')
)

/** What each setting may be: how to check it, and how to say it. */
const rules = {
  listen: {
    schema: list('a multiaddr or a list of them', maxAddresses),
    allowed: 'multiaddrs such as /ip4/0.0.0.0/tcp/4001'
  },
  bootstrap: {
    schema: list('a multiaddr or a list of them', maxAddresses),
    allowed: 'multiaddrs such as /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…'
  },
  namespace: {
    schema: v.pipe(
      list('a name or a list of names', limits.maxNamespaces),
      v.array(namespace),
      v.minLength(1, 'is empty')
    ),
    allowed: `1 to ${limits.maxNamespaces} names of at most ${limits.maxNamespaceBytes} bytes each, without blanks`
  },
  discover: {
    schema: list('a source or a list of them', maxAddresses),
    allowed: 'lan, gradual, dns:<name>[:<port>] or crawl:<address>/<bits>:<port>'
  },
  data: { schema: path, allowed: 'the path of a directory' },
  tick: { schema: tick, allowed: `${durationForms}, from ${limits.minTickMs}ms to 24h` },
  store: { schema: v.picklist(['level', 'memory'], 'is no kind of store'), allowed: 'level or memory' },
  policy: {
    schema: v.picklist(Object.keys(policies), 'is no policy'),
    allowed: `one of ${Object.keys(policies).join(', ')}`
  },
  wire: { schema: v.picklist(['native', 'casm', 'both'], 'is no wire'), allowed: 'native, casm or both' },
  scope: {
    schema: v.picklist(['auto', 'public', 'private'], 'is no scope'),
    allowed: 'auto, public or private'
  },
  secret: { schema: path, allowed: 'the path of a file with 64 hexadecimal digits' },
  nat: { schema: v.picklist(['none', 'upnp'], 'is no way through a router'), allowed: 'none or upnp' },
  metrics: { schema: listenAddress, allowed: '127.0.0.1:9464, or [::1]:0 for a free port' },
  dashboard: { schema: listenAddress, allowed: '127.0.0.1:7777, or [::1]:0 for a free port' },
  'dashboard-token': { schema: path, allowed: 'the path of a file with a long random text' }
} as const

type Checked = { -readonly [Name in SettingName]?: v.InferOutput<(typeof rules)[Name]['schema']> }

/** The settings from all sources, and where each one stands that has been given. Fails with `PEX_USAGE`. */
export function resolveSettings(
  flags: Flags,
  env: NodeJS.ProcessEnv
): { readonly settings: Settings; readonly origins: Origins } {
  const origins = new Map<SettingName, string>()
  const checked: Checked = {}
  for (const source of readSources(flags, env)) {
    for (const name of settingNames) take(name, source, checked, origins)
  }
  const settings: Settings = {
    listen: checked.listen ?? ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: checked.bootstrap ?? [],
    discover: checked.discover ?? [],
    namespace: checked.namespace ?? ['pex'],
    data: checked.data ?? defaultDataPath(env),
    tickMs: checked.tick ?? limits.tickMs,
    store: checked.store ?? 'level',
    policy: checked.policy,
    wire: checked.wire ?? 'native',
    scope: checked.scope ?? 'auto',
    secret: checked.secret,
    metrics: checked.metrics,
    nat: checked.nat ?? 'none',
    dashboard: checked.dashboard,
    dashboardToken: checked['dashboard-token']
  }
  return { settings, origins }
}

function take<Name extends SettingName>(
  name: Name,
  source: Source,
  checked: Checked,
  origins: Map<SettingName, string>
): void {
  const raw = source.get(name)
  if (raw === undefined) return
  const value = check(name, raw)
  if (origins.has(name)) return
  checked[name] = value
  origins.set(name, raw.origin)
}

function check<Name extends SettingName>(name: Name, raw: RawValue): NonNullable<Checked[Name]> {
  const { schema, allowed } = rules[name]
  const result = v.safeParse(schema, raw.value, { abortEarly: true })
  if (result.success) return result.output as NonNullable<Checked[Name]>
  const shown = typeof raw.value === 'string' ? ` "${oneLine(raw.value.slice(0, 64))}"` : ''
  throw new Failure('PEX_USAGE', `${raw.origin}${shown} ${result.issues[0].message}`, allowed)
}
