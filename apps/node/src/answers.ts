/**
 * What `pex id`, `pex view` and `pex sample` answer, from any `Pex`: a running host's own, or one that only looks at a
 * stopped host's store.
 */
import type { PeerRecord } from '@pex/core'
import type { Pex, ViewPeer } from '@pex/service'
import type { Question } from './control.ts'
import type { IdAnswer, PeerShape, SampleAnswer, ViewAnswer } from './events.ts'
import { Failure } from './failure.ts'

/** The host as it answers. */
export interface Subject {
  readonly pex: Pick<Pex, 'id' | 'namespaces' | 'view' | 'sample' | 'rejections'>
  readonly running: boolean
  readonly addrs: readonly string[]
}

/** How a host fares: what `pex doctor` asks for. */
export interface HealthAnswer extends IdAnswer {
  /** Since the host's process began. */
  readonly uptimeMs: number
  /** Messages and records of peers that were wrong, since the start, by reason. */
  readonly rejections: Readonly<Record<string, number>>
}

/** Throws `PEX_NOT_JOINED` for a namespace that the host is not in, `PEX_USAGE` for what is no question. */
export function answerQuestion(
  subject: Subject,
  question: Question | null
): IdAnswer | HealthAnswer | ViewAnswer | SampleAnswer {
  const { pex, running, addrs } = subject
  // What comes on the socket is any JSON.
  switch (question?.ask) {
    case 'id':
      return { id: pex.id, running, addrs, namespaces: pex.namespaces }
    case 'health':
      return {
        id: pex.id,
        running,
        addrs,
        namespaces: pex.namespaces,
        uptimeMs: Math.round(process.uptime() * 1_000),
        rejections: { ...pex.rejections }
      }
    case 'view': {
      const peers = joined(pex, question.namespace, name => pex.view(name)).map(toViewPeer)
      return { id: pex.id, running, namespace: question.namespace, peers }
    }
    case 'sample': {
      const { namespace, count } = question
      if (typeof count !== 'number') throw misunderstood()
      const peers = joined(pex, namespace, name => pex.sample(name, count)).map(toPeer)
      return { id: pex.id, running, namespace, peers }
    }
    default:
      throw misunderstood()
  }
}

function misunderstood(): Failure {
  return new Failure(
    'PEX_USAGE',
    'the host does not understand the question',
    'the pex command of its version'
  )
}

function joined<T>(pex: Subject['pex'], namespace: unknown, read: (namespace: string) => T): T {
  if (typeof namespace !== 'string') throw misunderstood()
  if (pex.namespaces.includes(namespace)) return read(namespace)
  const next =
    pex.namespaces.length > 0
      ? `--namespace with one of ${pex.namespaces.join(', ')}`
      : 'again in a moment: the host is still starting'
  throw new Failure('PEX_NOT_JOINED', `the host has not joined the namespace "${namespace}"`, next)
}

function toPeer({ id, addresses, seq }: PeerRecord): PeerShape {
  return { id, addrs: addresses, seq: seq.toString() }
}

function toViewPeer(peer: ViewPeer): ViewAnswer['peers'][number] {
  return { ...toPeer(peer), age: peer.age, hop: peer.hop }
}
