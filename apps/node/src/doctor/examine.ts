/**
 * The examination: one area after the other, each finding as soon as it is there. Nothing is changed, nothing is started, and
 * nobody is called but whom the settings name.
 */
import type { Flags } from '../sources.ts'
import { clockFindings, fileTimes, isSynchronized, startWatch } from './clock.ts'
import { examineDirectory, examineKeys } from './directory.ts'
import { failed } from './finding.ts'
import type { Area, Finding } from './finding.ts'
import { askRunning } from './host.ts'
import type { Running } from './host.ts'
import { limitFindings, nodeFindings, systemGrants } from './machine.ts'
import { examinePorts } from './ports.ts'
import { reachFindings, systemInterfaces } from './reach.ts'
import { examineSettings } from './settings.ts'

export interface ExamineInit {
  readonly flags: Flags
  readonly env: NodeJS.ProcessEnv
  /** Called before an area that may take a while. */
  readonly onArea?: (area: Area) => void
}

export async function* examine({ flags, env, onArea = () => {} }: ExamineInit): AsyncGenerator<Finding> {
  const jumped = startWatch()
  yield* nodeFindings()
  const { settings, findings } = examineSettings(flags, env)
  yield* findings
  const { directory, findings: ofDirectory } = examineDirectory(settings.data)
  yield* ofDirectory
  const { id, findings: ofKeys } = examineKeys(directory, settings)
  yield* ofKeys
  onArea('host')
  const { running, findings: ofHost } = await askRunning(directory)
  const isRunning = running !== undefined
  onArea('store')
  yield* await guarded('store', async () => {
    // LevelDB is loaded only where there is something to open.
    const { examineStore } = await import('./store.ts')
    return examineStore(directory, settings, isRunning)
  })
  yield* await guarded('clock', async () =>
    clockFindings({
      now: Date.now(),
      jumpMs: jumped(),
      files: directory === undefined ? [] : fileTimes(directory.path),
      signed: signedBy(running),
      isSynchronized: isSynchronized()
    })
  )
  yield* await guarded('limits', async () => limitFindings(systemGrants()))
  yield* await guarded('ports', () => examinePorts(settings, running?.addrs ?? [], isRunning))
  const interfaces = systemInterfaces()
  yield* reachFindings(settings, interfaces)
  onArea('bootstrap')
  yield* await guarded('bootstrap', async () =>
    (await import('./bootstrap.ts')).examineBootstrap(settings, settings.bootstrap, id)
  )
  if (settings.discover.length > 0) {
    onArea('discovery')
    yield* await guarded('discovery', async () =>
      (await import('./discovery.ts')).examineDiscovery(settings, interfaces)
    )
  }
  yield* ofHost
}

/** When the peers of a running host have signed their records: a seq is the time, for hosts like ours. */
function signedBy(running: Running | undefined): readonly number[] {
  const seqs = new Map<string, number>()
  for (const { peers } of running?.views ?? []) for (const { id, seq } of peers) seqs.set(id, Number(seq))
  return [...seqs.values()]
}

/** A check that fails is itself a finding, and the examination goes on. */
async function guarded(area: Area, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    return [failed(area, error)]
  }
}
