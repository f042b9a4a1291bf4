/** One host in a namespace: `<ip> <questions> [<address to ask>]`. Prints its address, then how many questions succeeded. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { udpTransport } from '@pex/transport-udp'

const [ip, questions, to] = process.argv.slice(2)
const transport = udpTransport({
  privateKey: await generateKeyPair('Ed25519'),
  listen: [`/ip4/${ip}/udp/0/noise`]
})
await transport.handle('/echo', async (_from, body) => body)
await transport.start()
console.log(transport.addresses()[0])
if (to !== undefined) {
  const ask = (): Promise<boolean> =>
    transport
      .request({ addresses: [to] }, '/echo', new Uint8Array(4_096), { signal: AbortSignal.timeout(30_000) })
      .then(
        ({ body }) => body.length === 4_096,
        () => false
      )
  const succeeded = (await Promise.all(Array.from({ length: Number(questions) }, ask))).filter(Boolean).length
  console.log(JSON.stringify({ succeeded }))
}
