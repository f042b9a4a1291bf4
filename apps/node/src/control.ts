/**
 * A running host's ear: a socket in its data directory, for its owner alone, on which `pex id`, `pex view` and
 * `pex sample` ask. One line of JSON each way, then the connection is over.
 */
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory } from './data-directory.ts'
import type { DataDirectory } from './data-directory.ts'
import { asFailure, Failure, systemCode } from './failure.ts'
import type { FailureCode } from './failure.ts'

export type Question =
  | { readonly ask: 'id' }
  | { readonly ask: 'health' }
  | { readonly ask: 'view'; readonly namespace: string }
  | { readonly ask: 'sample'; readonly namespace: string; readonly count: number }

type Reply =
  | { readonly answer: object }
  | { readonly failure: { readonly code: FailureCode; readonly message: string; readonly next: string } }

/** What a socket's path may take, bytes: 104 with the final zero on macOS and the BSDs, 108 on Linux. */
const maxSocketPathBytes = 103
/** A question with the longest namespace takes less than 512 bytes. */
const maxQuestionBytes = 1_024
/** 64 peers with 16 addresses of 512 bytes each. */
const maxReplyBytes = 1_048_576
/** How long either side waits for the other, ms. Guess: a busy machine, on which nothing has to be waited for. */
const patienceMs = 5_000
const maxClients = 16

/** Where the host of a data directory listens: in it, or, where that path is too long for a socket, at a short one. */
export function controlPath(directory: DataDirectory): string {
  const inside = join(directory.path, 'control.sock')
  const hash = createHash('sha256').update(directory.path).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\pex-${hash}`
  if (Buffer.byteLength(inside) <= maxSocketPathBytes) return inside
  return join(privateTmp(), `${hash}.sock`)
}

/** A directory for us alone in a place where everybody may write. */
function privateTmp(): string {
  const path = join(tmpdir(), `pex-${process.getuid!()}`)
  makeDirectory(path)
  const stat = lstatSync(path)
  if (!stat.isDirectory() || stat.uid !== process.getuid!() || (stat.mode & 0o077) !== 0) {
    throw new Failure('PEX_DATA', `${path} is not for you alone`, 'a shorter --data path')
  }
  return path
}

/** Answers questions until it is called back. Fails with `PEX_STORE_LOCKED` where another host answers already. */
export async function serveControl(
  directory: DataDirectory,
  answer: (question: Question) => object
): Promise<() => Promise<void>> {
  const path = controlPath(directory)
  const server = createServer(socket => void serve(socket, answer))
  server.maxConnections = maxClients
  try {
    await listen(server, path)
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw cannotServe(path, error)
    if (await isServed(path)) {
      const message = `the data directory ${directory.path} is in use by a running host`
      throw new Failure('PEX_STORE_LOCKED', message, 'another --data directory, or stop that host', {
        cause: error
      })
    }
    // What a host leaves behind that was killed.
    rmSync(path, { force: true })
    await listen(server, path).catch((again: unknown) => {
      throw cannotServe(path, again)
    })
  }
  return () => new Promise(resolve => server.close(() => resolve()))
}

function cannotServe(path: string, cause: unknown): Failure {
  const message = `nothing can listen on the socket ${path} (${systemCode(cause)})`
  return new Failure('PEX_DATA', message, '--data on a local disk', { cause })
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  // The socket is made during the call, so with this mask it never exists for anybody else, not even for a moment.
  const umask = process.umask(0o177)
  try {
    server.listen(path, () => {
      server.off('error', reject)
      if (process.platform !== 'win32') chmodSync(path, 0o600)
      resolve()
    })
  } finally {
    process.umask(umask)
  }
  return promise
}

async function serve(socket: Socket, answer: (question: Question) => object): Promise<void> {
  try {
    const question = JSON.parse(await readLine(socket, maxQuestionBytes)) as Question
    socket.end(`${JSON.stringify({ answer: answer(question) } satisfies Reply)}\n`)
  } catch (error) {
    const { code, message, next } = asFailure(error)
    socket.end(`${JSON.stringify({ failure: { code, message, next } } satisfies Reply)}\n`)
  }
}

/** Asks the host of a data directory. Resolves to nothing where none runs; fails as the host fails. */
export async function askHost<Answer extends object>(
  directory: DataDirectory,
  question: Question
): Promise<Answer | undefined> {
  const path = controlPath(directory)
  const socket = await open(path)
  if (socket === undefined) return undefined
  socket.write(`${JSON.stringify(question)}\n`)
  const reply = JSON.parse(await readLine(socket, maxReplyBytes)) as Reply
  socket.destroy()
  if ('failure' in reply) throw new Failure(reply.failure.code, reply.failure.message, reply.failure.next)
  return reply.answer as Answer
}

async function isServed(path: string): Promise<boolean> {
  const socket = await open(path)
  socket?.destroy()
  return socket !== undefined
}

/** A connection, or nothing where nobody listens. */
function open(path: string): Promise<Socket | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket | undefined>()
  const socket = connect(path, () => resolve(socket))
  socket.once('error', error => {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return resolve(undefined)
    reject(
      new Failure('PEX_DATA', `the host at ${path} cannot be asked (${code})`, 'as the user who runs it', {
        cause: error
      })
    )
  })
  return promise
}

/** The first line that comes, within the bounds of length and time. */
function readLine(socket: Socket, maxBytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const parts: Buffer[] = []
  let length = 0
  const fail = (message: string): void => {
    clearTimeout(deadline)
    socket.destroy()
    reject(new Failure('PEX_TIMEOUT', message, 'again'))
  }
  const deadline = setTimeout(() => fail('the other side of the control socket does not speak'), patienceMs)
  socket.on('error', () => fail('the control socket broke'))
  socket.on('close', () => fail('the control socket was closed too early'))
  socket.on('data', (part: Buffer) => {
    const end = part.indexOf(0x0a)
    parts.push(end < 0 ? part : part.subarray(0, end))
    length += part.length
    if (end >= 0) {
      clearTimeout(deadline)
      resolve(Buffer.concat(parts).toString('utf8'))
    } else if (length > maxBytes) fail('the other side of the control socket says too much')
  })
  return promise
}
