/**
 * A chat without a server: `node src/main.ts --name alice`, and in another terminal `--name bob`. On one machine or in one local
 * network they find each other by themselves; anywhere else one is told where another is, with `--bootstrap`.
 */
import { createInterface } from 'node:readline'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { discoveryFrom } from '@pex/discovery/from'
import { hostOn } from './ground.ts'

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'somebody' },
    over: { type: 'string', default: 'both' },
    at: { type: 'string', default: '127.0.0.1' },
    bootstrap: { type: 'string', multiple: true, default: [] },
    /** Where to look for others; `none` for nowhere. */
    discover: { type: 'string', default: 'lan' }
  }
})

const privateKey = await generateKeyPair('Ed25519')
const lan =
  values.discover === 'none'
    ? undefined
    : discoveryFrom(values.discover, {
        privateKey,
        addresses: () => host.addresses.map(address => address.replace(/\/p2p\/[^/]+$/, ''))
      })

if (values.over !== 'udp' && values.over !== 'libp2p' && values.over !== 'both')
  throw new Error('--over is udp, libp2p or both')
const host = await hostOn({
  privateKey,
  over: values.over,
  at: values.at,
  bootstrap: values.bootstrap,
  discovery: lan === undefined ? [] : [lan]
})

host.subscribe('lines', {
  maxBytes: 1_000,
  validate({ payload }) {
    // What others write is only ever text: nothing in it moves the cursor or rings a bell.
    const line = stripVTControlCharacters(new TextDecoder().decode(payload)).replace(/\p{Cc}/gu, '')
    if (line.trim() === '') return 'invalid'
    console.log(line)
    return 'valid'
  }
})
host.peers.addEventListener('peer:added', ({ detail }) => console.log(`* ${detail.id.slice(-6)} is here`))
host.peers.addEventListener('peer:removed', ({ detail }) =>
  console.log(`* ${detail.neighbour.id.slice(-6)} has gone`)
)

await host.start()
for (const address of host.addresses) console.log(`* listening at ${address}`)

const input = createInterface({ input: process.stdin })
const stop = async (): Promise<void> => {
  input.close()
  await host.stop()
  await lan?.stop()
}
process.once('SIGINT', () => void stop())
process.once('SIGTERM', () => void stop())
for await (const line of input)
  if (line.trim() !== '')
    host.broadcast('lines', new TextEncoder().encode(`${values.name}: ${line}`.slice(0, 900)))
await stop()
