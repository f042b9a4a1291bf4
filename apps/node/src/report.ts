/**
 * From the service's events to the lines of `events.ts`.
 */
import type { Pex } from '@pex/service'
import type { Emit } from './host.ts'

/** Reports everything that happens in a service, for as long as it lives. */
export function reportEvents(pex: Pick<Pex, 'addEventListener'>, emit: Emit): void {
  pex.addEventListener('round', ({ detail: { namespace, round, reached } }) =>
    emit({ event: 'round', namespace, round, reached: reached ?? null })
  )
  pex.addEventListener('exchange:complete', ({ detail: { namespace, peer, role, received } }) =>
    emit({ event: 'exchange', namespace, peer, role, received })
  )
  pex.addEventListener('view:update', ({ detail: { namespace, size, added, removed } }) =>
    emit({ event: 'view', namespace, size, added: added.map(idOf), removed: removed.map(idOf) })
  )
  pex.addEventListener('reject', ({ detail: { namespace, peer, reason } }) =>
    emit({ event: 'rejected', namespace, peer, reason })
  )
  pex.addEventListener('exchange:fail', ({ detail: { namespace, to, error } }) =>
    emit({ event: 'failed', namespace, peer: to.id ?? null, addrs: to.addresses, code: error.code })
  )
  for (const type of ['size:estimate', 'size:alarm'] as const)
    pex.addEventListener(type, ({ detail: { namespace, size, low, high, alarm } }) =>
      emit({ event: type === 'size:alarm' ? 'alarm' : 'size', namespace, size, low, high, alarm })
    )
  pex.addEventListener('record:update', ({ detail: { record } }) =>
    emit({ event: 'record', seq: record.seq.toString(), addrs: record.addresses })
  )
  pex.addEventListener('store:damage', ({ detail: { namespace, dropped, kept } }) => {
    const message = `${dropped} damaged entries have been dropped, ${kept} are left`
    emit({ event: 'store', problem: 'damaged', namespace, dropped, kept, message })
  })
  pex.addEventListener('store:fail', ({ detail: { namespace, error } }) => {
    const { message } = error
    const place = namespace === '' ? null : namespace
    emit({ event: 'store', problem: 'failed', namespace: place, dropped: 0, kept: 0, message })
  })
}

function idOf({ id }: { readonly id: string }): string {
  return id
}
