/** A host that runs: whether it answers, knows anybody, and gets more that is wrong than it should. */
import { askHost } from '../control.ts'
import type { HealthAnswer } from '../answers.ts'
import type { DataDirectory } from '../data-directory.ts'
import type { IdAnswer, ViewAnswer } from '../events.ts'
import { formatDuration } from '../duration.ts'
import { asFailure } from '../failure.ts'
import { failed, warning, well } from './finding.ts'
import type { Finding } from './finding.ts'

/** A host that has just begun knows nobody yet, ms. Guess: several rounds of first contact. */
const settledMs = 60_000
/** Rejections in an hour that are worth a look. Guess: a peer of another version makes some, a hostile one makes many. */
const manyInHour = 120
const mostShown = 3

/** What a running host says; `health` is missing for a host of an older version. */
export interface Running {
  readonly health: HealthAnswer | undefined
  readonly addrs: readonly string[]
  readonly views: readonly ViewAnswer[]
}

export interface Asked {
  /** Nothing where no host runs, or none that answers. */
  readonly running: Running | undefined
  readonly findings: readonly Finding[]
}

export async function askRunning(directory: DataDirectory | undefined): Promise<Asked> {
  if (directory === undefined) return { running: undefined, findings: [] }
  try {
    const who = await askHost<IdAnswer>(directory, { ask: 'id' })
    if (who === undefined) return { running: undefined, findings: [well('host', 'no host runs here')] }
    const health = await healthOf(directory)
    const views: ViewAnswer[] = []
    for (const namespace of who.namespaces) {
      const view = await askHost<ViewAnswer>(directory, { ask: 'view', namespace })
      if (view !== undefined) views.push(view)
    }
    const running = { health, addrs: who.addrs, views }
    return { running, findings: hostFindings(running) }
  } catch (error) {
    return { running: undefined, findings: [failed('host', error)] }
  }
}

async function healthOf(directory: DataDirectory): Promise<HealthAnswer | undefined> {
  try {
    return await askHost<HealthAnswer>(directory, { ask: 'health' })
  } catch (error) {
    if (asFailure(error).code === 'PEX_USAGE') return undefined
    throw error
  }
}

export function hostFindings({ health, views }: Running): readonly Finding[] {
  const findings = views.flatMap(({ namespace, peers }) => viewFinding(namespace, peers.length, health))
  if (health === undefined) {
    const found = 'the host that runs is of another version than this command'
    return [...findings, warning('host', found, 'to start the host again')]
  }
  if (health.addrs.length === 0)
    findings.push(warning('host', 'it runs and listens nowhere: nobody can call it', '--listen'))
  return [...findings, ...rejectionFindings(health)]
}

function viewFinding(namespace: string, size: number, health: HealthAnswer | undefined): Finding[] {
  const since = health === undefined ? '' : ` for ${formatDuration(health.uptimeMs)}`
  if (size > 0)
    return [
      well('host', `it runs${since} and knows ${size} ${size === 1 ? 'peer' : 'peers'} in ${namespace}`)
    ]
  const found = `it runs${since} and knows nobody in ${namespace}`
  if (health !== undefined && health.uptimeMs < settledMs) return [well('host', `${found} yet`)]
  return [warning('host', found, '--bootstrap with a host that is up, or --discover lan')]
}

function rejectionFindings({ rejections, uptimeMs }: HealthAnswer): readonly Finding[] {
  const sorted = Object.entries(rejections).toSorted(([, a], [, b]) => b - a)
  const sum = sorted.reduce((total, [, count]) => total + count, 0)
  const hours = Math.max(uptimeMs / 3_600_000, 1)
  const named = sorted.slice(0, mostShown).map(([reason, count]) => `${reason} ${count}`)
  const found = `it has rejected ${sum} messages and records of peers: ${named.join(', ')}`
  if (sum / hours > manyInHour)
    return [warning('host', found, 'pex start --json, whose lines "rejected" say whose they are')]
  return sum === 0 ? [well('host', 'it had to reject nothing')] : [well('host', found)]
}
