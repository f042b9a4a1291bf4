/**
 * A whole handshake and what follows it, from fixed keys: the vectors of docs/PROTOCOL.md.
 * `node --conditions=@pex/source packages/transport-udp/test/wire.ts --write` writes them anew.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { Cookies } from '../src/cookie.ts'
import { KEY_BYTES, keyPairFrom } from '../src/crypto.ts'
import {
  helloKey,
  MIN_TEXT_BYTES,
  writeChallenge,
  writeFinish,
  writeHello,
  writeResponse
} from '../src/datagram.ts'
import { udpLimits } from '../src/constants.ts'
import { ANSWER, QUESTION, Writer } from '../src/frames.ts'
import { identity } from '../src/identity.ts'
import { Handshake, suite } from '../src/noise.ts'
import { STATUS, writeQuestion } from '../src/payload.ts'
import { Session } from '../src/session.ts'

export const file: string = join(import.meta.dirname, 'vectors', 'wire.json')
const nothing = new Uint8Array()

/** Bytes that count up from a number. */
const from = (start: number, length: number = KEY_BYTES): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (start + i) & 0xff)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function side(seed: number): Promise<{
  secrets: Record<string, string>
  id: ReturnType<typeof identity>
  ephemeral: ReturnType<typeof keyPairFrom>
}> {
  const [ed25519, staticSecret, ephemeralSecret] = [from(seed), from(seed + 32), from(seed + 64)]
  const id = identity(await generateKeyPairFromSeed('Ed25519', ed25519), keyPairFrom(staticSecret))
  const secrets = {
    ed25519: hex(ed25519),
    static: hex(staticSecret),
    ephemeral: hex(ephemeralSecret),
    id: id.id,
    proof: hex(id.proof)
  }
  return { secrets, id, ephemeral: keyPairFrom(ephemeralSecret) }
}

async function conversation(name: string, networkKey?: Uint8Array): Promise<object> {
  const [initiator, responder] = [await side(0), await side(100)]
  const parts = suite(Buffer.from('pex-udp/1'), networkKey)
  const i = new Handshake(parts, initiator.id.staticKeys, initiator.ephemeral)
  const r = new Handshake(parts, responder.id.staticKeys, responder.ephemeral)
  const [indexI, indexR] = [0x01020304, 0x0a0b0c0d]
  const address = { host: '192.0.2.1', port: 4_001, via: 0 }
  const cookieSecret = from(200)
  const cookies = new Cookies({ bytes: () => cookieSecret, secretMs: 60_000, cookieBytes: 16 }, 0)
  const cookie = cookies.make(0, address, initiator.ephemeral.publicKey)

  const mark = networkKey === undefined ? undefined : helloKey(networkKey)
  const hello = i.writeHello(nothing)
  r.readHello(hello)
  const response = r.writeResponse(responder.id.proof)!
  i.readResponse(response)
  const finish = i.writeFinish(initiator.id.proof)!
  r.readFinish(finish)
  const there = new Session(
    {
      index: indexI,
      remoteIndex: indexR,
      keys: i.split(true),
      createdAt: 0,
      finish: writeFinish(indexR, finish)
    },
    udpLimits
  )
  const back = new Session(
    { index: indexR, remoteIndex: indexI, keys: r.split(false), createdAt: 0, finish: undefined },
    udpLimits
  )
  const say = (session: Session, write: (writer: Writer) => void): { text: string; datagram: string } => {
    const writer = new Writer(1_000)
    write(writer)
    const text = new Uint8Array(writer.text(MIN_TEXT_BYTES))
    return { text: hex(text), datagram: hex(session.seal(text)) }
  }
  const question = writeQuestion('/pex/1.0.0/test', Uint8Array.of(1, 2, 3))
  const first = say(there, writer => writer.fragment(QUESTION, 1, question.length, 0, question))
  const answer = Uint8Array.of(STATUS.ok, 4, 5, 6)
  const second = say(back, writer => {
    writer.ack({ type: 'ack', delayMs: 2, ranges: [{ first: 0, last: 0 }] })
    writer.fragment(ANSWER, 1, answer.length, 0, answer)
  })
  there.finish = undefined
  const third = say(there, writer =>
    writer.ack({
      type: 'ack',
      delayMs: 10,
      ranges: [
        { first: 3, last: 4 },
        { first: 0, last: 1 }
      ]
    })
  )
  return {
    name,
    prologue: hex(Buffer.from('pex-udp/1')),
    networkKey: networkKey === undefined ? null : hex(networkKey),
    initiator: { ...initiator.secrets, index: indexI, address: '192.0.2.1|4001' },
    responder: { ...responder.secrets, index: indexR, cookieSecret: hex(cookieSecret) },
    cookie: hex(cookie),
    datagrams: {
      hello: hex(writeHello(indexI, undefined, hello, mark)),
      challenge: hex(writeChallenge(indexI, initiator.ephemeral.publicKey, cookie)),
      helloWithCookie: hex(writeHello(indexI, cookie, hello, mark)),
      response: hex(writeResponse(indexI, indexR, response))
    },
    data: [
      { of: 'initiator', says: 'finish, and a question', ...first },
      { of: 'responder', says: 'ack 0, and an answer', ...second },
      { of: 'initiator', says: 'ack 4, 3, 1, 0', ...third }
    ]
  }
}

export async function vectors(): Promise<object[]> {
  return [await conversation('open network'), await conversation('with a network key', from(50))]
}

if (process.argv.includes('--write')) writeFileSync(file, `${JSON.stringify(await vectors(), null, 2)}\n`)
