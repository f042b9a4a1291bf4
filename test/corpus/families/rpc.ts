/** Frames of request and response: a first byte of the file says which of the two it is. */
import { limits } from '@pex/core'
import { json } from '@pex/rpc'
import { decodeRequest, decodeResponse } from '../../../packages/rpc/src/frames.ts'
import { bytes, cuts } from '../family.ts'
import type { Family, Part } from '../family.ts'

const REQUEST = 0x51
const RESPONSE = 0x41
const id = new Uint8Array(16).fill(9)
const request = (...parts: readonly Part[]): Uint8Array => bytes(REQUEST, ...parts)
const response = (...parts: readonly Part[]): Uint8Array => bytes(RESPONSE, ...parts)
const call = (deadline: readonly number[], length: number, ...rest: readonly Part[]): Uint8Array =>
  request(0, id, deadline, length, ...rest)
const soon = [0, 0, 0, 1]

export const family: Family = {
  judge(input) {
    const frame = input.subarray(1)
    const read = input[0] === REQUEST ? decodeRequest(frame) : decodeResponse(frame)
    if (typeof read === 'string') return read
    if (read.kind !== 'call') return 'accepted'
    try {
      json().question.decode(read.body)
      return 'accepted'
    } catch {
      return 'bad-body'
    }
  },
  faults: {
    ...cuts('truncated', 'call', call(soon, 3, 'abc'), 1),
    ...cuts('truncated', 'cancel', request(1, id), 2),
    'truncated--type-longer-than-the-frame': call(soon, 64, 'abc'),
    'truncated--empty-response': response(),
    'truncated--refusal-without-number': response(1),
    'truncated--failure-without-length': response(2),
    'truncated--failure-code-is-cut': response(2, 10, 'abc'),
    'unknown-kind--request-2': request(2, id),
    'unknown-kind--request-255': request(255),
    'unknown-kind--request-of-text': request('GET / HTTP/1.1\r\n'),
    'unknown-kind--response-3': response(3),
    'unknown-kind--response-255': response(255, id),
    'bad-type--empty': call(soon, 0),
    'bad-type--65-bytes': call(soon, 65, 'a'.repeat(65)),
    'bad-type--255-bytes': call(soon, 255, 'a'.repeat(255)),
    'bad-type--no-utf-8': call(soon, 2, 0xc3, 0x28),
    'bad-type--half-a-surrogate': call(soon, 3, 0xed, 0xa0, 0x80),
    'bad-type--longer-than-it-need-be': call(soon, 2, 0xc0, 0xaf),
    'bad-deadline--nought': call([0, 0, 0, 0], 1, 'a'),
    'bad-deadline--one-ms-too-long': call([0, 0, 0x75, 0x31], 1, 'a'),
    'bad-deadline--2-to-31-less-1': call([0x7f, 255, 255, 255], 1, 'a'),
    'bad-deadline--2-to-32-less-1': call([255, 255, 255, 255], 1, 'a'),
    'trailing-bytes--behind-a-cancel': request(1, id, 0),
    'trailing-bytes--behind-a-refusal': response(1, 1, 0),
    'bad-body--no-json': call(soon, 1, 'a', '{'),
    'bad-body--empty': call(soon, 1, 'a'),
    'bad-body--no-utf-8': call(soon, 1, 'a', 0x22, 0xff, 0x22),
    'bad-body--two-values': call(soon, 1, 'a', '1 2'),
    'unknown-refusal--0': response(1, 0),
    'unknown-refusal--7': response(1, 7),
    'unknown-refusal--255': response(1, 255),
    'bad-failure--without-a-code': response(2, 0, 'text'),
    'bad-failure--code-of-65-bytes': response(2, 65, 'a'.repeat(65)),
    'bad-failure--code-is-no-utf-8': response(2, 1, 0xff),
    'bad-failure--message-is-no-utf-8': response(2, 1, 'a', 0xff),
    'bad-failure--message-of-1-025-bytes': response(2, 1, 'a', 'b'.repeat(1_025)),
    'oversize--a-result': response(0, new Uint8Array(limits.maxMessageBytes))
  }
}
