/** Peer records that are really signed, and others that only look so: made once, from fixed keys. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Descriptor, PeerRecord } from '@pex/core'
import { below, limits } from '@pex/core'
import { createSigner } from '@pex/record'
import type { ClaimedQuestion, ClaimedResponse } from '@pex/wire'
import type { SeededRng } from '@pex/testkit'
import { randomBytes } from './inputs.ts'
import { must } from './oracle.ts'

const places = [
  '/ip4/192.0.2.7/tcp/4001',
  '/ip6/2001:db8::7/udp/4001/noise',
  '/dns4/peer.example/tcp/443/tls/ws'
]

/** So many signed records. */
export async function signedRecords(count: number): Promise<PeerRecord[]> {
  const records: PeerRecord[] = []
  for (let i = 0; i < count; i++) {
    const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(i + 1))
    records.push(
      await createSigner(key).sign(places.slice(0, i % (places.length + 1)), 1_700_000_000_000n + BigInt(i))
    )
  }
  return records
}

/** A list as a message shows it: signed records and envelopes of any bytes, each with a hop. */
export function listOf(rng: SeededRng, records: readonly PeerRecord[]): Descriptor[] {
  const count = 1 + below(rng, below(rng, 8) === 0 ? limits.maxRecords : 4)
  return Array.from({ length: count }, () => {
    const hop = below(rng, 5) === 0 ? below(rng, 2 ** 28) : below(rng, 4)
    const envelope = randomBytes(rng, below(rng, below(rng, 16) === 0 ? limits.maxRecordBytes : 130))
    const record =
      below(rng, 2) === 0
        ? records[below(rng, records.length)]!
        : { id: '', seq: 0n, addresses: [], envelope }
    return { hop, record }
  })
}

/** An envelope as a record, of whom nothing else is known. */
export function claimed({
  hop,
  envelope
}: {
  readonly hop: number
  readonly envelope: Uint8Array
}): Descriptor {
  return { hop, record: { id: '', seq: 0n, addresses: [], envelope } }
}

/** Picks as a reply may have them: different places. */
export function picksOf(rng: SeededRng): number[] {
  const places = new Set(Array.from({ length: below(rng, 6) }, () => below(rng, limits.maxRecords)))
  return [...places]
}

/** Averages as a message may have them. */
export function averagesOf(rng: SeededRng): { epoch: number; instance: number; value: number }[] {
  return Array.from({ length: below(rng, limits.maxAverages + 1) }, () => ({
    epoch: rng(),
    instance: rng(),
    value: below(rng, 3) - 1 === 0 ? rng() / 2 ** 32 : 1
  }))
}

/** What any message of the native wire must keep to, once it was taken. */
export function mustKeepBounds(message: ClaimedQuestion | ClaimedResponse): void {
  const claims = 'claims' in message ? message.claims : undefined
  const averages = 'averages' in message ? message.averages : []
  const picks = ('picks' in message ? message.picks : undefined) ?? []
  if (claims !== undefined) {
    must(claims.length > 0 && claims.length <= limits.maxRecords, `there are ${claims.length} records`)
    must(
      claims.every(({ envelope }) => envelope.length <= limits.maxRecordBytes),
      'a record is too long'
    )
    must(
      claims.every(({ hop }) => hop >= 0 && hop < 2 ** 28),
      'a hop is out of range'
    )
  }
  must(averages.length <= limits.maxAverages, `there are ${averages.length} averages`)
  must(
    averages.every(({ value }) => value >= -1 && value <= 1 && !Object.is(value, -0)),
    'a value is out of range'
  )
  must(picks.length <= limits.maxRecords && new Set(picks).size === picks.length, 'a place is picked twice')
  must(
    picks.every(place => place >= 0 && place < limits.maxRecords),
    'a place is out of range'
  )
}
