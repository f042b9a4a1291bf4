/**
 * The settings, source by source: the command line, the environment and the config file are each judged alone, so that a
 * mistake in one does not hide a mistake in another, and the rest of the examination goes on with the sound ones.
 */
import { checkBootstrap, checkListen, checkReach } from '../addresses.ts'
import { resolveSettings } from '../config.ts'
import type { Settings } from '../config.ts'
import { checkDiscover } from '../discover.ts'
import type { Flags } from '../sources.ts'
import { failureOf, well } from './finding.ts'
import type { Finding } from './finding.ts'

export interface Examined {
  /** Those of the sound sources, without the addresses that are none. */
  readonly settings: Settings
  readonly findings: readonly Finding[]
}

type Environment = NodeJS.ProcessEnv

export function examineSettings(flags: Flags, env: Environment): Examined {
  const { config: flagged, ...typed } = flags
  const { PEX_CONFIG: named, ...variables } = env
  const path = typeof flagged === 'string' ? flagged : named || undefined
  const judged = [
    judge(typed, {}),
    judge({}, variables),
    ...(path === undefined ? [] : [judge({ config: path }, {})])
  ]
  const [line, environment, file] = judged.map(fault => fault === undefined)
  const { settings, origins } = resolveSettings(
    { ...(line === true ? typed : {}), ...(file === true ? { config: path } : {}) },
    environment === true ? variables : {}
  )
  const origin = (name: 'listen' | 'bootstrap' | 'discover'): string => origins.get(name) ?? `--${name}`
  const faults = judged.filter(fault => fault !== undefined)
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

/** What is wrong with one source. */
function judge(flags: Flags, env: Environment): Finding | undefined {
  return failureOf('settings', () => void resolveSettings(flags, env))
}

function given(origins: ReadonlyMap<string, string>): string {
  return [...origins].map(([name, origin]) => `${name} by ${origin}`).join(', ')
}
