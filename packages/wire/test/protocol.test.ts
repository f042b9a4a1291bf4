import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, isRejection, rejectionReasons } from '@pex/core'
import { createVerifier } from '@pex/record'
import { decodeMessage, encodeExchange, encodeRefusal } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { hex, unhex } from './vectors.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')

describe('the description of the protocol', () => {
  it('has an example that is a message, with a record that is good', async () => {
    const lines = /```hex\n(.*?)```/s.exec(text)![1]!.trimEnd().split('\n')
    const bytes = unhex(lines.map(line => /^ *([0-9a-f]+)/.exec(line)![1]).join(''))
    const message = decodeMessage(bytes)
    if (isRejection(message) || message.kind === 'refusal') expect.fail('it is no exchange')
    const record = await createVerifier().verify(message.claims[0]!.envelope)
    if (isRejection(record)) expect.fail(record.reason)
    expect(record.addresses).toEqual(['/ip4/192.0.2.1/tcp/4001'])
    expect(text).toContain(record.id)
    expect(text).toContain(`${bytes.length} bytes go over a libp2p stream`)
    expect(hex(encodeExchange([{ hop: 0, record }]))).toBe(hex(bytes))
    expect(text).toContain(`\`${hex(encodeRefusal('too-often'))}\`:\nrefusal`)
  })

  it('lists every reason with its code', () => {
    const listed = [...text.matchAll(/\| (\d+) \| `([a-z-]+)`/g)].map(([, code, reason]) => [
      reason,
      Number(code)
    ])
    expect(new Map(listed as [string, number][])).toEqual(
      new Map(rejectionReasons.map(reason => [reason, codeOf(reason)]))
    )
  })
})
