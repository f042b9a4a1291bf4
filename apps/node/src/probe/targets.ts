/**
 * Whom to probe: what was typed, and lists in files. A list has one target a line, or several with commas between them, and
 * comments behind `#`; or it is JSON, as chain registries publish it (`peers.seeds`, `peers.persistent_peers`), as CometBFT
 * keeps its address book (`addrs`), or an array.
 */
import { readFileSync } from 'node:fs'
import type { ProbeTarget } from '@pex/cometbft'
import { Failure, systemCode } from '../failure.ts'

/** How standard input is named. */
const stdin = '-'

/** All targets, in order. Fails with `PEX_USAGE`. */
export function readTargets(
  typed: readonly string[],
  files: readonly string[],
  chainId: string | undefined
): readonly ProbeTarget[] {
  const inFiles = [...typed.filter(each => each === stdin), ...files]
  if (inFiles.filter(file => file === stdin).length > 1)
    throw new Failure('PEX_USAGE', 'standard input cannot be read twice', 'one - only')
  const targets: ProbeTarget[] = [
    ...typed.filter(each => each !== stdin).map(target => ({ target })),
    ...inFiles.flatMap(file => targetsIn(textOf(file), file))
  ]
  if (targets.length === 0) {
    const next = 'id@host:port, --file with a list of them, or - for a list on standard input'
    throw new Failure('PEX_USAGE', 'there is no target', next)
  }
  return targets.map(one => ({ ...one, chainId: chainId ?? one.chainId }))
}

function textOf(file: string): string {
  try {
    return readFileSync(file === stdin ? 0 : file, 'utf8')
  } catch (error) {
    const message = `${file === stdin ? 'standard input' : file} cannot be read (${systemCode(error)})`
    throw new Failure('PEX_USAGE', message, '--file with a list of id@host:port', { cause: error })
  }
}

/** The targets in a text. Fails with `PEX_USAGE` where it looks like JSON and is none that we know. */
export function targetsIn(text: string, file: string): ProbeTarget[] {
  if (/^\s*[[{]/.test(text)) return targetsInJson(text, file)
  const lines = text.split('\n').map(line => line.replace(/#.*$/, ''))
  return lines.flatMap(line => line.split(/[\s,;"']+/)).flatMap(target => (target === '' ? [] : { target }))
}

function targetsInJson(text: string, file: string): ProbeTarget[] {
  const wrong = (why: string): Failure =>
    new Failure(
      'PEX_USAGE',
      `${file} ${why}`,
      'a chain.json of a chain registry, an addrbook.json, or lines of id@host:port'
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('begins like JSON and is none')
  }
  if (Array.isArray(value)) return value.map(targetOf)
  const { peers, addrs, chain_id: chain } = value as Readonly<Record<string, unknown>>
  if (Array.isArray(addrs)) return addrs.map(one => targetOf((one as { addr?: unknown } | null)?.addr))
  const { seeds, persistent_peers: persistent } = (peers ?? {}) as Readonly<Record<string, unknown>>
  if (!Array.isArray(seeds) && !Array.isArray(persistent)) throw wrong('names no peers')
  const chainId = typeof chain === 'string' && chain !== '' ? chain : undefined
  return [seeds, persistent]
    .flatMap(list => (Array.isArray(list) ? list : []))
    .map(one => ({ ...targetOf(one), chainId }))
}

/** A file's value in a text, whatever it is. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}

/** What is none is a target all the same: its verdict says so. */
function targetOf(value: unknown): ProbeTarget {
  if (typeof value === 'string') return { target: value }
  const { id, address, ip, port } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id === 'string' && typeof address === 'string') return { target: `${id}@${address}` }
  if (typeof id === 'string' && typeof ip === 'string')
    return { target: `${id}@${ip.includes(':') ? `[${ip}]` : ip}:${textIn(port)}` }
  return { target: JSON.stringify(value ?? null) }
}
