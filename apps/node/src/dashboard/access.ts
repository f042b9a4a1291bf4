/**
 * Who may see a dashboard: on loopback whoever uses this machine; anywhere else those who know the word in a file (threat T21).
 */
import { readFileSync, statSync } from 'node:fs'
import { Failure, systemCode } from '../failure.ts'
import { isOpen } from '../listener.ts'
import type { ListenAddress } from '../listener.ts'

export interface Access {
  readonly address: ListenAddress
  /** What a reader has to know; undefined: nothing. */
  readonly token: string | undefined
}

const MIN_LENGTH = 16
const MAX_BYTES = 256
const advice = 'a file of yours, made with: (umask 077; openssl rand -hex 32 > dashboard.token)'

/**
 * What the settings say of a dashboard, or nothing where they want none. Fails with `PEX_USAGE` for one that everybody could
 * read, with `PEX_KEY` for a file that is no secret.
 */
export function dashboardAccess(settings: {
  readonly dashboard: ListenAddress | undefined
  readonly dashboardToken: string | undefined
}): Access | undefined {
  const { dashboard: address, dashboardToken: file } = settings
  if (address === undefined) return undefined
  if (file !== undefined) return { address, token: readToken(file) }
  if (!isOpen(address)) return { address, token: undefined }
  const message = `everybody who reaches ${address.host} could read the dashboard there`
  throw new Failure('PEX_USAGE', message, `--dashboard-token with ${advice}; or --dashboard 127.0.0.1:7777`)
}

/** Follows links, and lets a group read: that is how cluster managers hand out secrets. */
function readToken(path: string): string {
  const text = read(path).trim()
  if (text.length >= MIN_LENGTH && /^[!-~]+$/.test(text)) return text
  const message = `${path} holds no token: ${MIN_LENGTH} or more printable ASCII characters without blanks`
  throw new Failure('PEX_KEY', message, advice)
}

function read(path: string): string {
  try {
    const { mode, size } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o007) !== 0)
      throw new Failure(
        'PEX_KEY',
        `everybody on this machine can read or change ${path}`,
        `chmod 600 ${path}`
      )
    if (size > MAX_BYTES) throw new Failure('PEX_KEY', `${path} is too long for a token`, advice)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Failure) throw error
    const message = `the token ${path} cannot be read (${systemCode(error)})`
    throw new Failure('PEX_KEY', message, advice, { cause: error })
  }
}
