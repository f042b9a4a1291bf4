/** The ground that a host stands on: Node.js itself, and what the system grants a process. */
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** A host of libp2p with its connections, its store and its sockets. Guess: four times what a busy one was seen to hold. */
const enoughFiles = 1_024
/** With fewer, a host does not get through its start. Measured: 40 files are open before the first peer. */
const leastFiles = 128
/** A host is a whole Node.js process of about 100 MB. */
const leastMemory = 128 * 1_048_576
const enoughMemory = 256 * 1_048_576

/** The version that runs, and whether it is one that hosts are made for. */
export function nodeFindings(version: string = process.versions.node): readonly Finding[] {
  const least = leastNode()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = least.split('.').map(Number)
  const next = 'the long-term version of Node.js that nodejs.org offers'
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor))
    return [wrong('node', `Node.js ${version} is older than ${least}, the oldest that pex runs on`, next)]
  // Even numbers get security fixes for years, odd ones for half a year.
  if (major % 2 === 1)
    return [warning('node', `Node.js ${version} is of a line that gets no fixes for long`, next)]
  return [well('node', `Node.js ${version}; ${least} or newer is needed`)]
}

/** What this package says that it needs. */
function leastNode(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { engines } = JSON.parse(file) as { engines: { node: string } }
  return engines.node.replace(/^>=\s*/, '')
}

/** What the system grants; both in what it counts, files and bytes. */
export interface Grants {
  /** Undefined where there is no bound, or the system does not tell. */
  readonly files: number | undefined
  readonly memory: number | undefined
}

/** What a process may hold here. */
export function systemGrants(): Grants {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  return { files: openFiles(), memory: constrained > 0 && constrained < total ? constrained : total }
}

/** Node raises its own limit as far as it may go, so that this is what a host would get. */
function openFiles(): number | undefined {
  if (process.platform === 'win32') return undefined
  // Else the report asks the resolver for the names of all peers of this process.
  Object.assign(process.report, { excludeNetwork: true })
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const soft = report.userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}

export function limitFindings({ files, memory }: Grants): readonly Finding[] {
  const findings: Finding[] = []
  const raise = `ulimit -n ${enoughFiles} in the shell, or LimitNOFILE=${enoughFiles} in the unit of systemd`
  if (files === undefined) findings.push(well('limits', 'no bound on open files is known here'))
  else if (files < leastFiles)
    findings.push(wrong('limits', `a process may open ${files} files, too few for any host`, raise))
  else if (files < enoughFiles)
    findings.push(
      warning('limits', `a process may open ${files} files: a busy host would refuse peers`, raise)
    )
  else findings.push(well('limits', `a process may open ${files} files`))
  if (memory === undefined) return findings
  const megabytes = `${Math.round(memory / 1_048_576)} MiB of memory`
  const more = 'a limit of 256 MiB or more, in the unit or the container'
  if (memory < leastMemory)
    findings.push(wrong('limits', `there are ${megabytes}: the system would end a host`, more))
  else if (memory < enoughMemory)
    findings.push(warning('limits', `there are ${megabytes}: little for a busy host`, more))
  else findings.push(well('limits', `there are ${megabytes}`))
  return findings
}
