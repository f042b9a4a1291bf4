/**
 * A worker thread: runs one simulation after the other as they are asked for, and tells how far it is.
 */
import { parentPort } from 'node:worker_threads'
import { PexError } from '@pex/core'
import type { Answer, Task } from './workers.ts'
import { runTask } from './workers.ts'

const port = parentPort!
port.on('message', (task: Task) => {
  void runTask(task, (done, total) => post({ type: 'progress', done, total })).then(
    result => post({ type: 'result', result }),
    (error: unknown) => {
      const code = error instanceof PexError ? error.code : undefined
      post({ type: 'failure', message: error instanceof Error ? error.message : String(error), code })
    }
  )
})

function post(answer: Answer): void {
  port.postMessage(answer)
}
