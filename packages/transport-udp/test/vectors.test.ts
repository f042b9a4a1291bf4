/** The handshake against what others have published, and our own bytes against what they were. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { limits } from '@pex/core'
import { udpLimits } from '@pex/transport-udp'
import { keyPairFrom, open, seal, TAG_BYTES } from '../src/crypto.ts'
import { DATA_HEAD_BYTES, FINISH_BYTES, RESPONSE_BYTES } from '../src/datagram.ts'
import { FRAGMENT_HEAD_BYTES } from '../src/frames.ts'
import { Handshake, suite } from '../src/noise.ts'
import { file, vectors } from './wire.ts'

interface NoiseVector {
  readonly protocol: string
  readonly prologue: string
  readonly psk?: string
  readonly initiatorStatic: string
  readonly responderStatic: string
  readonly initiatorEphemeral: string
  readonly responderEphemeral: string
  readonly messages: readonly { readonly payload: string; readonly bytes: string }[]
}

const noise: readonly NoiseVector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors', 'noise.json'), 'utf8')
)

describe('the handshake', () => {
  it.each(noise.map((vector, i) => [`${vector.protocol}, ${i}`, vector] as const))(
    'speaks as published vectors do: %s',
    (_name, vector) => {
      const parts = suite(hex(vector.prologue), vector.psk === undefined ? undefined : hex(vector.psk))
      const [i, r] = (['initiator', 'responder'] as const).map(
        role =>
          new Handshake(
            parts,
            keyPairFrom(hex(vector[`${role}Static`])),
            keyPairFrom(hex(vector[`${role}Ephemeral`]))
          )
      )
      const [hello, response, finish, first, second] = vector.messages.map(({ payload, bytes }) => ({
        payload: hex(payload),
        bytes
      }))
      expect(text(i!.writeHello(hello!.payload))).toBe(hello!.bytes)
      expect(text(r!.readHello(hex(hello!.bytes)))).toBe(text(hello!.payload))
      expect(text(r!.writeResponse(response!.payload))).toBe(response!.bytes)
      expect(text(i!.readResponse(hex(response!.bytes)))).toBe(text(response!.payload))
      expect(text(i!.writeFinish(finish!.payload))).toBe(finish!.bytes)
      expect(text(r!.readFinish(hex(finish!.bytes)))).toBe(text(finish!.payload))
      const [there, back] = [i!.split(true), r!.split(false)]
      expect(text(Buffer.concat(seal(there.sending, 0, first!.payload)))).toBe(first!.bytes)
      expect(text(open(back.receiving, 0, hex(first!.bytes)))).toBe(text(first!.payload))
      expect(text(Buffer.concat(seal(back.sending, 0, second!.payload)))).toBe(second!.bytes)
      expect(text(open(there.receiving, 0, hex(second!.bytes)))).toBe(text(second!.payload))
      expect(text(there.hash)).toBe(text(back.hash))
    }
  )
})

describe('the wire', () => {
  it('is what the vectors say, byte for byte', async () => {
    expect(await vectors()).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })
})

describe('the limits', () => {
  it('that follow from others follow from them', () => {
    expect(udpLimits.maxPayloadBytes).toBe(limits.maxMessageBytes + 1 + udpLimits.maxProtocolBytes)
    expect(udpLimits.servingMs).toBe(limits.exchangeMs)
    expect(udpLimits.maxAddresses).toBe(limits.maxAddresses)
    expect(udpLimits.maxIncompleteBytesPerPeer).toBe(4 * udpLimits.maxPayloadBytes)
    expect(udpLimits.maxIncompleteBytes).toBe(64 * udpLimits.maxPayloadBytes)
    expect(udpLimits.maxAnswerBytes).toBe(256 * udpLimits.maxPayloadBytes)
    expect(udpLimits.helloBytes).toBeGreaterThanOrEqual(Math.max(RESPONSE_BYTES, udpLimits.challengeBytes))
    const data = DATA_HEAD_BYTES + TAG_BYTES
    expect(FINISH_BYTES + data + FRAGMENT_HEAD_BYTES + udpLimits.fragmentBytes).toBeLessThan(
      udpLimits.sentDatagramBytes
    )
  })
})

function hex(value: string): Uint8Array {
  return Buffer.from(value, 'hex')
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')
}
