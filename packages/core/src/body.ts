/** The bound on what travels, said in one place for every transport. */
import { PexError } from './errors.ts'
import { limits } from './limits.ts'

/** Throws `PEX_INVALID_PARAMETER` for a question that is too long to be sent. */
export function checkQuestion(body: Uint8Array): void {
  if (body.length <= limits.maxMessageBytes) return
  const allowed = `at most ${limits.maxMessageBytes} bytes, not ${body.length}`
  throw new PexError('PEX_INVALID_PARAMETER', `a question has ${allowed}`)
}
