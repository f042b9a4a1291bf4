/** Durations, addresses to serve on, and Host headers. */
import { parseDuration } from '../../../apps/node/src/duration.ts'
import { namesAddress, readListenAddress } from '../../../apps/node/src/listener.ts'
import { must, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords } from '../kit/words.ts'

const texts = [
  '500ms',
  '2.5s',
  '5m',
  '999999999.999h',
  '127.0.0.1:9464',
  '[::1]:0',
  'localhost:80',
  'evil.example',
  '[fe80::1%eth0]:1'
]

export const target: Target = () => ({
  seeds: texts.map(text => utf8.encode(text)),
  words: [...addressWords, 'ms', 's', 'h', '.5', '1e3'],
  maxBytes: 120,
  check(input) {
    const text = textOf(input)
    const ms = parseDuration(text)
    must(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0), `${ms} ms`)
    const place = readListenAddress(text)
    if (place !== undefined) {
      must(place.port >= 0 && place.port <= 65_535 && place.host !== 'localhost', 'no place to serve on')
      must(namesAddress(text), 'it can be served on and not be asked for')
    }
    if (ms !== undefined) return 'duration'
    return place !== undefined ? 'place' : namesAddress(text) ? 'host' : 'nothing'
  }
})
