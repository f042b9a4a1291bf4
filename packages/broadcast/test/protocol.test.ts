/** The section of docs/PROTOCOL.md is right: its example is what is sent and understood, its numbers are those of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from '@pex/broadcast'
import { describe, expect, it } from 'vitest'
import { bounds, maxPayloadBytes } from '../src/bounds.ts'
import { decode, encode } from '../src/codec.ts'
import { idOf } from '../src/identity.ts'
import { bytes } from './hosts.ts'

const whole = readFileSync(join(import.meta.dirname, '../../../docs/PROTOCOL.md'), 'utf8')
const text = /\n## Broadcasts\n(.*?)(?=\n## |$)/s.exec(whole)![1]!
const examples = [...text.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) =>
  Uint8Array.from(Buffer.from(block!.replaceAll(/^([0-9a-f]+).*\n/gm, '$1'), 'hex'))
)

describe('the description of broadcasts', () => {
  it('has examples that are what is sent and understood', () => {
    const message = {
      protocol: 'chat',
      publishedAt: 1_700_000_000_000,
      nonce: '0123456789abcdef',
      payload: bytes('hello')
    }
    const id = idOf(message)
    const frames: readonly Frame[] = [
      { kind: 'data', id, hop: 1, message },
      { kind: 'announce', announced: [{ id, hop: 2 }] },
      { kind: 'graft', ids: [id] },
      { kind: 'prune' }
    ]
    expect(frames.map(frame => encode([frame]))).toEqual(examples)
    for (const [i, example] of examples.entries()) expect(decode(example)).toEqual([frames[i]])
  })

  it('names bounds and times as they are', () => {
    expect(maxPayloadBytes).toBe(65_680)
    expect(bounds).toMatchObject({
      maxProtocolBytes: 64,
      frames: 256,
      announced: 496,
      grafted: 64,
      maxHops: 255,
      lifetimeMs: 120_000,
      skewMs: 30_000,
      verdictMs: 10_000,
      graftMs: 500,
      graftAgainMs: 500,
      lazyMs: 100,
      history: 64,
      idleMs: 20_000,
      optimizeHops: 3
    })
    expect(text).toContain('at most 65 680')
  })
})
