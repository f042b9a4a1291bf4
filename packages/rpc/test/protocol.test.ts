/** The section of docs/PROTOCOL.md is right: its example is what is sent and understood, its numbers are those of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bounds } from '../src/bounds.ts'
import { refusals } from '../src/errors.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeCall,
  encodeCancel,
  encodeFailure,
  encodeRefusal,
  encodeResult
} from '../src/frames.ts'

const whole = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')
const text = /\n## Calls\n(.*?)(?=\n## |$)/s.exec(whole)![1]!
const examples = [...text.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) =>
  Uint8Array.from(Buffer.from(block!.replaceAll(/^([0-9a-f]+).*\n/gm, '$1'), 'hex'))
)
const bytes = (words: string): Uint8Array => new TextEncoder().encode(words)

describe('the description of calls', () => {
  it('has examples that are what is sent and understood', () => {
    const [call, result, cancel, refusal, failure] = examples as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array
    ]
    const id = Uint8Array.from({ length: 16 }, (_, i) => i)
    const body = bytes('{"a":2,"b":3}')
    expect(encodeCall(id, 30_000, bytes('sum'), body)).toEqual(call)
    expect(decodeRequest(call)).toEqual({
      kind: 'call',
      id: Buffer.from(id).toString('hex'),
      timeoutMs: 30_000,
      type: 'sum',
      body
    })
    expect(encodeResult(bytes('5'))).toEqual(result)
    expect(decodeResponse(result)).toEqual({ kind: 'result', body: bytes('5') })
    expect(encodeCancel(id)).toEqual(cancel)
    expect(decodeRequest(cancel)).toEqual({ kind: 'cancel', id: Buffer.from(id).toString('hex') })
    expect(encodeRefusal('unknown-type')).toEqual(refusal)
    expect(decodeResponse(refusal)).toEqual({ kind: 'refusal', refusal: 'unknown-type' })
    const said = { code: 'no', message: 'not today' }
    expect(encodeFailure(said)).toEqual(failure)
    expect(decodeResponse(failure)).toEqual({ kind: 'failure', failure: said })
  })

  it('lists the refusals in the order of their numbers, and bounds as they are', () => {
    const listed = /The refusals, by number from 1: (.*?)\./s.exec(text)![1]!
    expect([...listed.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)).toEqual([...refusals])
    expect(bounds).toMatchObject({
      maxTypeBytes: 64,
      maxTimeoutMs: 30_000,
      idBytes: 16,
      maxFailureCodeBytes: 64,
      maxFailureMessageBytes: 1_024
    })
  })
})
