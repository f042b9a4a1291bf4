/**
 * A look at a stopped host: what it would know if it were started now. The service itself reads the store, over a transport
 * that reaches nobody and a clock that stands still, and is kept from writing.
 */
import { existsSync } from 'node:fs'
import type { Clock, Store, Transport } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex } from '@pex/service'
import { levelStore } from '@pex/store-level'
import { answerQuestion } from './answers.ts'
import type { Question } from './control.ts'
import type { DataDirectory } from './data-directory.ts'
import { Failure } from './failure.ts'
import { readIdentity } from './identity.ts'

/** Answers from the data directory of a stopped host. Fails with `PEX_DATA`, `PEX_KEY` or `PEX_STORE_…`. */
export async function askStore(directory: DataDirectory, question: Question): Promise<object> {
  const identity = readIdentity(directory.key)
  if (identity === undefined) {
    const message = `there is no identity in ${directory.path}: no host has been started there`
    throw new Failure('PEX_DATA', message, `pex start --data ${directory.path}`)
  }
  const { id } = identity
  if (question.ask === 'id' || question.ask === 'health')
    return { id, running: false, addrs: [], namespaces: [] }
  if (!existsSync(directory.store)) {
    const message = `no host runs in ${directory.path}, and it has left no store`
    throw new Failure('PEX_DATA', message, `pex start --data ${directory.path} --store level`)
  }
  const pex = createPex(
    {
      transport: nowhere,
      signer: createSigner(identity.privateKey),
      store: readOnly(levelStore(directory.store)),
      clock: standstill
    },
    { namespaces: [question.namespace], dialOnly: true }
  )
  await pex.start()
  try {
    return answerQuestion({ pex, running: false, addrs: [] }, question)
  } finally {
    await pex.stop()
  }
}

function readOnly(store: Store): Store {
  return {
    open: () => store.open(),
    load: namespace => store.load(namespace),
    save: async () => {},
    close: () => store.close()
  }
}

const standstill: Clock = { now: () => 0, after: () => () => {} }

const nowhere: Transport = {
  start: async () => {},
  stop: async () => {},
  addresses: () => [],
  watchAddresses: () => () => {},
  // A peer that does not answer, not one that fails: a failure would move it out of the view.
  request: () => new Promise(() => {}),
  handle: async () => {},
  unhandle: async () => {}
}
