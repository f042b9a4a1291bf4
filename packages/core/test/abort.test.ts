import { abortError, PexError } from '@pex/core'
import { describe, expect, it } from 'vitest'

describe('abortError', () => {
  it('a deadline that has passed is PEX_TIMEOUT, with the reason as its cause', () => {
    const reason = new DOMException('signal timed out', 'TimeoutError')
    expect(abortError(AbortSignal.abort(reason))).toMatchObject({ code: 'PEX_TIMEOUT', cause: reason })
  })

  it.each([[undefined], [new Error('enough')], ['a string'], [null]])(
    'a signal aborted because of %s is PEX_ABORTED',
    reason => {
      expect(abortError(AbortSignal.abort(reason))).toMatchObject({ code: 'PEX_ABORTED' })
    }
  )

  it('a reason that is a PexError already is handed on as it is', () => {
    const reason = new PexError('PEX_NOT_STARTED', 'stopped')
    expect(abortError(AbortSignal.abort(reason))).toBe(reason)
  })
})
