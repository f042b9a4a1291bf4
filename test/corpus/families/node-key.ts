/** Files that are no `node_key.json`. */
import { formatNodeKey, parseNodeKey, seededKey } from '@pex/switch'
import { bytes } from '../family.ts'
import type { Family } from '../family.ts'

const whole = formatNodeKey(seededKey(new Uint8Array(32).fill(7)))
const type = 'tendermint/PrivKeyEd25519'
const value = /"value":"([^"]+)"/.exec(whole)![1]!
const other = /"value":"([^"]+)"/.exec(formatNodeKey(seededKey(new Uint8Array(32).fill(8))))![1]!
const key = (priv: unknown): string => JSON.stringify({ priv_key: priv })
const halves = Buffer.concat([
  Buffer.from(value, 'base64').subarray(0, 32),
  Buffer.from(other, 'base64').subarray(32)
])

export const family: Family = {
  extension: 'txt',
  judge(input) {
    try {
      parseNodeKey(new TextDecoder().decode(input))
      return 'accepted'
    } catch (error) {
      return (error as { code?: string }).code ?? 'thrown'
    }
  },
  faults: Object.fromEntries(
    (
      [
        ['nothing', ''],
        ['cut', whole.slice(0, -5)],
        ['null', 'null'],
        ['an-array', '[]'],
        ['without-a-key', '{}'],
        ['key-is-null', key(null)],
        ['key-is-a-text', key(value)],
        ['of-secp256k1', key({ type: 'tendermint/PrivKeySecp256k1', value })],
        ['without-a-value', key({ type })],
        ['value-is-a-number', key({ type, value: 7 })],
        ['value-is-no-base64', key({ type, value: '%%%' })],
        ['value-of-32-bytes', key({ type, value: Buffer.alloc(32, 7).toString('base64') })],
        ['value-of-65-bytes', key({ type, value: Buffer.alloc(65, 7).toString('base64') })],
        [
          'public-key-of-zeros',
          key({ type, value: Buffer.concat([Buffer.alloc(32, 7), Buffer.alloc(32)]).toString('base64') })
        ],
        ['public-key-of-another', key({ type, value: halves.toString('base64') })]
      ] as const
    ).map(([what, text]) => [`PEX_INVALID_PARAMETER--${what}`, bytes(text)])
  )
}
