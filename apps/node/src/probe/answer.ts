/** A verdict as `pex probe` prints it: flat for programs, a row of a table for people. */
import { formatNetAddress } from '@pex/address-book'
import { tellVerdict } from '@pex/cometbft'
import type { Verdict } from '@pex/cometbft'
import { oneLine } from '../failure.ts'

/** One line of `pex probe --json`: every field is always there. */
export interface ProbeAnswer {
  readonly target: string
  readonly verdict: Verdict['verdict']
  /** The verdict as a sentence. */
  readonly text: string
  readonly place: { readonly ip: string; readonly port: number } | null
  readonly stage: string | null
  readonly certainty: string | null
  /** Who is there instead. */
  readonly actual: string | null
  readonly why: string | null
  readonly node: {
    readonly id: string
    readonly moniker: string
    readonly version: string
    readonly network: string
    readonly listenAddress: string
    readonly rpcAddress: string
    readonly protocol: { readonly p2p: number; readonly block: number; readonly app: number }
    readonly channels: readonly number[]
  } | null
  /** `id@ip:port`. */
  readonly addresses: readonly string[] | null
  readonly latency: {
    readonly connectMs: number | null
    readonly handshakeMs: number | null
    readonly nodeInfoMs: number | null
    readonly answerMs: number | null
  }
  readonly elsewhere: readonly { readonly ip: string; readonly port: number; readonly verdict: string }[]
}

export function answerOf(verdict: Verdict): ProbeAnswer {
  const { target, place = null, latency, elsewhere } = verdict
  const { connectMs = null, handshakeMs = null, nodeInfoMs = null, answerMs = null } = latency
  return {
    target,
    verdict: verdict.verdict,
    text: tellVerdict(verdict),
    place,
    stage: 'stage' in verdict ? verdict.stage : null,
    certainty: 'certainty' in verdict ? verdict.certainty : null,
    actual: 'actual' in verdict ? verdict.actual : null,
    why: 'why' in verdict ? verdict.why : null,
    node: nodeOf(verdict),
    addresses: 'addresses' in verdict ? verdict.addresses.map(formatNetAddress) : null,
    latency: { connectMs, handshakeMs, nodeInfoMs, answerMs },
    elsewhere: elsewhere.map(each => ({ ...each.place, verdict: each.verdict }))
  }
}

function nodeOf(verdict: Verdict): ProbeAnswer['node'] {
  if (!('node' in verdict) || verdict.node === undefined) return null
  const { id, moniker, version, network, listenAddress, rpcAddress, protocol, channels } = verdict.node
  return { id, moniker, version, network, listenAddress, rpcAddress, protocol, channels }
}

export const heading: readonly string[] = ['verdict', 'target', 'version', 'chain', 'moniker', 'ms', '']

/** What of a stranger's text is shown, characters: the table stays one. */
const most = 24

/** A row below `heading`. */
export function rowOf(verdict: Verdict): readonly string[] {
  const { latency, target } = verdict
  const { network = '', version = '', moniker = '' } = nodeOf(verdict) ?? {}
  const steps = [latency.connectMs, latency.handshakeMs, latency.nodeInfoMs, latency.answerMs]
  const ms = steps.reduce<number>((sum, each) => sum + (each ?? 0), 0)
  const total = latency.connectMs === undefined ? '' : `${Math.round(ms)}`
  const [v, n, m] = [version, network, moniker].map(short)
  return [verdict.verdict, oneLine(target), v!, n!, m!, total, tellVerdict(verdict)].map(oneLine)
}

function short(text: string): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** "3 of 5 ok, 1 refused, 1 timeout" */
export function summary(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>()
  for (const { verdict } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const others = [...counts]
    .filter(([verdict]) => verdict !== 'ok')
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
  const words = [`${counts.get('ok') ?? 0} of ${verdicts.length} ok`]
  return [...words, ...others.map(([verdict, count]) => `${count} ${verdict}`)].join(', ')
}
