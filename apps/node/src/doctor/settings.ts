/**
 * The settings, one by one: each option, each variable and the config file are judged alone, so that a mistake in one does not hide a
 * mistake in another, and the rest of the examination goes on with the sound ones.
 */
import { checkBootstrap, checkListen, checkReach } from '../addresses.ts'
import { resolveSettings } from '../config.ts'
import type { Settings } from '../config.ts'
import { checkDiscover } from '../discover.ts'
import type { Flags } from '../sources.ts'
import { failureOf, well } from './finding.ts'
import type { Finding } from './finding.ts'

export interface Examined {
  /** The sound ones, without the addresses that are none. */
  readonly settings: Settings
  readonly findings: readonly Finding[]
}

type Environment = NodeJS.ProcessEnv

export function examineSettings(flags: Flags, env: Environment): Examined {
  const { config: flagged, ...typed } = flags
  const { PEX_CONFIG: named, ...variables } = env
  const path = typeof flagged === 'string' ? flagged : named || undefined
  const judged = [
    ...Object.entries(typed).map(([name, value]) => ({ name, fault: judge({ [name]: value }, {}) })),
    ...Object.entries(variables)
      .filter(([name]) => name.startsWith('PEX_'))
      .map(([name, value]) => ({ name, fault: judge({}, { [name]: value }) })),
    ...(path === undefined ? [] : [{ name: 'config', fault: judge({ config: path }, {}) }])
  ]
  const wrong = new Set(judged.filter(({ fault }) => fault !== undefined).map(({ name }) => name))
  const sane = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !wrong.has(name)))
  const { settings, origins } = resolveSettings(
    sane({ ...typed, ...(path === undefined ? {} : { config: path }) }),
    sane(variables)
  )
  const origin = (name: 'listen' | 'bootstrap' | 'discover'): string => origins.get(name) ?? `--${name}`
  const faults = judged.flatMap(({ fault }) => fault ?? [])
  const sound = (texts: readonly string[], check: (text: string) => void): readonly string[] =>
    texts.filter(text => {
      const fault = failureOf('settings', () => check(text))
      if (fault !== undefined) faults.push(fault)
      return fault === undefined
    })
  const listen = sound(settings.listen, text => checkListen([text], origin('listen')))
  const called = sound(settings.bootstrap, text => checkBootstrap([text], origin('bootstrap')))
  const bootstrap = sound(called, text => {
    if (listen.length > 0) checkReach(listen, [text], origin('bootstrap'))
  })
  const discover = sound(settings.discover, text => checkDiscover([text], origin('discover')))
  const told = origins.size === 0 ? 'all settings are the defaults' : `settings given: ${given(origins)}`
  return {
    settings: { ...settings, listen, bootstrap, discover },
    findings: faults.length > 0 ? faults : [well('settings', told)]
  }
}

/** What is wrong with one of them, or with one file of them. */
function judge(flags: Flags, env: Environment): Finding | undefined {
  return failureOf('settings', () => void resolveSettings(flags, env))
}

function given(origins: ReadonlyMap<string, string>): string {
  return [...origins].map(([name, origin]) => `${name} by ${origin}`).join(', ')
}
