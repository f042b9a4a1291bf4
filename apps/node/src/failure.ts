/**
 * What `pex` says when it cannot do what it was asked: one line with the fault and the next step, a stable code, and an
 * exit status: 2 for a command that cannot be right, 1 for a world that is not as it should be.
 */
import type { PexErrorCode } from '@pex/core'

/** The codes of the command itself, beside those of the libraries. */
export type FailureCode =
  | PexErrorCode
  /** The command line or a setting is wrong. */
  | 'PEX_USAGE'
  /** An address to listen on is taken, not ours, or not allowed. */
  | 'PEX_LISTEN'
  /** The identity key cannot be read, is damaged, or is not safe where it lies. */
  | 'PEX_KEY'
  /** The data directory cannot be made, read or written, or is not safe. */
  | 'PEX_DATA'
  /** A host of the demo has not started. */
  | 'PEX_DEMO'
  /** The file of an address book cannot be read or written, is none, or holds what cannot be converted. */
  | 'PEX_BOOK'
  /** Anything else: a fault of ours. */
  | 'PEX_INTERNAL'

export class Failure extends Error {
  readonly code: FailureCode
  /** What to do about it, as a phrase that fits after "try". */
  readonly next: string

  constructor(code: FailureCode, message: string, next: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.code = code
    this.next = next
  }

  get exitCode(): number {
    return this.code === 'PEX_USAGE' ? 2 : 1
  }
}

/** Next steps for failures of the libraries, which do not know what the user can type. */
const nextByCode: Partial<Record<PexErrorCode, string>> = {
  PEX_INVALID_PARAMETER: 'the command with --help for what is allowed',
  PEX_NOT_JOINED: '--namespace with one that the host has joined',
  PEX_STORE_LOCKED: 'another --data directory, or stop the host that uses this one',
  PEX_STORE_FAILED: 'whether the disk is full or the directory unreadable, or another --data directory',
  PEX_TIMEOUT: 'again, or with a longer deadline'
}

/** Any error as a failure. What has no code of ours is a fault of ours, and says so. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = oneLine(String(message ?? error))
  if (typeof code === 'string' && code.startsWith('PEX_')) {
    const next = nextByCode[code as PexErrorCode] ?? 'again'
    return new Failure(code as PexErrorCode, text, next, { cause: error })
  }
  return new Failure('PEX_INTERNAL', text, 'again with DEBUG=libp2p:* and report what you see', {
    cause: error
  })
}

/** The code of a system error ('ENOENT' …), or nothing. */
export function systemCode(error: unknown): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

/** Text on one line, and without the control characters that a stranger's text may hold. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
}
