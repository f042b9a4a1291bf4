/**
 * Where settings come from: the command line before the environment, the environment before a config file. Each value
 * keeps its origin, so that a complaint can say what to change.
 *
 * What strangers could choose, the keys of a file, is only ever compared with a closed list and never used as the key of
 * an object, so no name means more than it says.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure, oneLine, systemCode } from './failure.ts'

/**
 * The settings by name; the same word is option, key of the config file and, in capitals and with low lines, environment
 * variable.
 */
export const settingNames = [
  'listen',
  'bootstrap',
  'discover',
  'namespace',
  'data',
  'tick',
  'store',
  'policy',
  'wire',
  'scope',
  'secret',
  'metrics',
  'nat',
  'dashboard',
  'dashboard-token'
] as const
export type SettingName = (typeof settingNames)[number]

/** What the command line gave, by setting; `config` names the file. */
export type Flags = {
  readonly [Name in Exclude<SettingName, 'dashboard-token'> | 'dashboardToken' | 'config']?:
    | string
    | readonly string[]
    | undefined
}

/** A value that has not been checked, and where it stands. */
export interface RawValue {
  readonly value: unknown
  readonly origin: string
}

/** The values of one source, by setting. */
export type Source = ReadonlyMap<SettingName, RawValue>

const maxConfigBytes = 1_048_576
const known: ReadonlySet<string> = new Set(settingNames)
const lists: ReadonlySet<SettingName> = new Set(['listen', 'bootstrap', 'discover', 'namespace'])
const paths: ReadonlySet<SettingName> = new Set(['data', 'secret', 'dashboard-token'])
const variables: ReadonlyMap<string, SettingName> = new Map(
  settingNames.map(name => [`PEX_${name.toUpperCase().replaceAll('-', '_')}`, name])
)

/** All sources, the strongest first. Fails with `PEX_USAGE`. */
export function readSources(flags: Flags, env: NodeJS.ProcessEnv): readonly Source[] {
  const sources = [fromFlags(flags), fromEnvironment(env)]
  const file = flags.config ?? (env['PEX_CONFIG'] || undefined)
  if (typeof file === 'string') sources.push(fromFile(file))
  return sources
}

function fromFlags(flags: Flags): Source {
  const source = new Map<SettingName, RawValue>()
  for (const name of settingNames) {
    const value = flags[name === 'dashboard-token' ? 'dashboardToken' : name]
    if (value !== undefined) source.set(name, { value, origin: `--${name}` })
  }
  return source
}

/** Lists are separated by commas or blanks; an empty variable is one that is not set. */
function fromEnvironment(env: NodeJS.ProcessEnv): Source {
  const source = new Map<SettingName, RawValue>()
  for (const variable of Object.keys(env)) {
    const text = env[variable] ?? ''
    const name = variables.get(variable)
    if (name === undefined) refuseMisspelt(variable)
    else if (text !== '') {
      const value = lists.has(name) ? text.split(/[\s,]+/).filter(part => part !== '') : text
      source.set(name, { value, origin: variable })
    }
  }
  return source
}

/** Other programs own names that begin with PEX_ too, so only a near miss is taken for a mistake. */
function refuseMisspelt(variable: string): void {
  if (!variable.startsWith('PEX_') || variable === 'PEX_CONFIG') return
  for (const ours of [...variables.keys(), 'PEX_CONFIG']) {
    const tolerance = ours.length > 'PEX_STORE'.length ? 2 : 1
    if (distance(variable, ours) <= tolerance) {
      throw new Failure('PEX_USAGE', `the environment variable ${variable} is no setting`, ours)
    }
  }
}

function fromFile(path: string): Source {
  const source = new Map<SettingName, RawValue>()
  const content = parse(path, read(path))
  for (const key of Object.keys(content)) {
    const origin = `the key "${oneLine(key)}" in ${path}`
    if (!known.has(key))
      throw new Failure('PEX_USAGE', `${origin} is no setting`, `one of ${settingNames.join(', ')}`)
    const name = key as SettingName
    const value = Reflect.get(content, key) as unknown
    // A path in a file means the same from wherever the command is called.
    const placed =
      paths.has(name) && typeof value === 'string' && value !== '' ? resolve(dirname(path), value) : value
    source.set(name, { value: placed, origin })
  }
  return source
}

function read(path: string): string {
  try {
    if (statSync(path).size > maxConfigBytes) {
      throw new Failure('PEX_USAGE', `the config file ${path} is longer than 1 MiB`, 'the right file')
    }
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    if (error instanceof Failure) throw error
    const message = `the config file ${path} cannot be read (${systemCode(error)})`
    throw new Failure('PEX_USAGE', message, '--config with a file that exists', { cause: error })
  }
}

function parse(path: string, text: string): object {
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content
  } catch (error) {
    const message = `the config file ${path} is not JSON: ${oneLine((error as Error).message)}`
    throw new Failure('PEX_USAGE', message, 'a file such as { "tick": "1m" }', { cause: error })
  }
  throw new Failure(
    'PEX_USAGE',
    `the config file ${path} is not a JSON object`,
    'a file such as { "tick": "1m" }'
  )
}

/** How many letters have to be changed, added or left out to make one word the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
