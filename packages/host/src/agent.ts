/** What software a host says it runs, `name/1.2.3`, and whether that is new enough. */
import { PexError } from '@pex/core'

/** A name and a version (semver.org, without the order of pre-releases: `2.0.0-rc.1` is as good as `2.0.0`). */
export interface Agent {
  /** Empty where only a version was given. */
  readonly name: string
  readonly version: readonly [major: number, minor: number, patch: number]
}

const MAX_BYTES = 64

/** Reads `name/1.2.3` or `1.2.3`; nothing for anything else. */
export function readAgent(text: string): Agent | undefined {
  if (text.length > MAX_BYTES) return undefined
  const [, name = '', major, minor, patch] =
    /^(?:([!-.0-~]+)\/)?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+][0-9A-Za-z.+-]+)?$/.exec(text) ?? []
  return major === undefined ? undefined : { name, version: [Number(major), Number(minor), Number(patch)] }
}

/** Reads what the user of this host has written. Throws `PEX_INVALID_PARAMETER`. */
export function parseAgent(text: string): Agent {
  const agent = readAgent(text)
  if (agent !== undefined) return agent
  throw new PexError('PEX_INVALID_PARAMETER', `"${text}" is no agent; write it like my-app/1.2.3`)
}

/** Whether a version is the other or a later one: major, minor and patch all count. */
export function isAtLeast(agent: Agent, least: Agent): boolean {
  for (const [i, part] of agent.version.entries()) {
    const difference = part - least.version[i]!
    if (difference !== 0) return difference > 0
  }
  return true
}
