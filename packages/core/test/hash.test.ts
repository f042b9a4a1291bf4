import { describe, expect, it } from 'vitest'
import { hashBytes, hashText } from '../src/hash.ts'

const bytes = Uint8Array.from({ length: 64 }, (_, i) => i)
const key = { low: 0x03020100, high: 0x07060504 }

/** Of the authors' 64 vectors for the 32-bit tag the first ten: messages of 0 to 9 bytes, tags as bytes. */
const vectors = ['a9359f5b', '27475ab8', 'fa62a603', '8afee704', '2a6e4689', 'c5fab669', '5863fc23']
vectors.push('8bcf63c5', 'd0b8848f', 'f806e779')

describe('HalfSipHash-2-4', () => {
  it.each(vectors.map((tag, length) => [length, tag] as const))(
    'of the published message of %d bytes is %s',
    (length, tag) => {
      const hash = hashBytes(key, bytes.subarray(0, length))
      const said = [0, 8, 16, 24]
        .map(shift => ((hash >>> shift) & 255).toString(16).padStart(2, '0'))
        .join('')
      expect(said).toBe(tag)
    }
  )

  it('of a text is that of its UTF-16 bytes, and every bit of text and key matters', () => {
    const text = 'peer ü 𝄞 x'
    for (let length = 0; length <= text.length; length++) {
      const part = text.slice(0, length)
      expect(hashText(key, part)).toBe(hashBytes(key, new Uint8Array(Buffer.from(part, 'utf16le'))))
    }
    const others = [
      hashText({ ...key, low: key.low ^ 1 }, text),
      hashText({ ...key, high: key.high ^ 1 }, text),
      hashText(key, `${text} `)
    ]
    expect(new Set([hashText(key, text), ...others]).size).toBe(4)
  })
})
