/** Broadcast and remote calls on top of a neighbourhood. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const cast = ['hostile', 'machine', 'codec', 'outbox']
const calls = ['hostile', 'rpc', 'failures', 'protocol']
const gate = ['gate.property', 'hostile', 'rpc']

export const messages: readonly Listed[] = [
  ...area('packages/broadcast', [
    {
      name: 'a message is judged before it is passed on',
      threat: 'T1',
      file: 'machine.ts',
      find: "this.#outputs.push({ type: 'validate', id, message, from, hop })",
      replace:
        "this.#outputs.push({ type: 'validate', id, message, from, hop })\n    this.#relay(now, id, message, hop + 1, new Set([from]))",
      tests: cast
    },
    {
      name: 'what is invalid is not passed on',
      threat: 'T1',
      file: 'machine.ts',
      find: "if (verdict === 'valid') return",
      replace: "if (verdict !== 'ignore') return",
      tests: cast
    },
    {
      name: 'a message counts once',
      threat: 'T2',
      file: 'machine.ts',
      find: 'if (seen !== undefined) return this.#duplicate(from, id, message.protocol)',
      replace: '',
      tests: cast
    },
    {
      name: 'a message that is over is not taken',
      threat: 'T2',
      file: 'machine.ts',
      find: "if (this.#isOver(now, message)) return 'expired'",
      replace: '',
      tests: cast
    },
    {
      name: 'a message from the future is not taken',
      threat: 'T3',
      file: 'machine.ts',
      find: "if (message.publishedAt > now + this.#skewMs) return 'early'",
      replace: '',
      tests: cast
    },
    {
      name: 'a message that nobody judges is not taken',
      threat: 'T16',
      file: 'machine.ts',
      find: "if (!this.#protocols.has(message.protocol)) return 'unknown-protocol'",
      replace: '',
      tests: cast
    },
    {
      name: 'messages that are being judged are bounded',
      threat: 'T27',
      file: 'pending.ts',
      find: 'this.#pending.size < bounds.pending &&',
      replace: '',
      tests: cast
    },
    {
      name: 'bytes that are being judged are bounded',
      threat: 'T27',
      file: 'pending.ts',
      find: 'this.#bytes + payload.length <= bounds.pendingBytes &&',
      replace: '',
      tests: cast
    },
    {
      name: 'messages of one peer that are being judged are bounded',
      threat: 'T27',
      file: 'pending.ts',
      find: 'count < bounds.pendingPerPeer &&',
      replace: '',
      tests: cast
    },
    {
      name: 'bytes of one peer that are being judged are bounded',
      threat: 'T27',
      file: 'pending.ts',
      find: '&&\n      bytes + payload.length <= bounds.pendingBytesPerPeer',
      replace: '',
      tests: cast
    },
    {
      name: 'a verdict has a deadline',
      threat: 'T14',
      file: 'machine.ts',
      find: "for (const id of this.#pending.overdue(now)) this.#judge(now, id, 'ignore')",
      replace: '',
      tests: cast
    },
    {
      name: 'messages that were seen are bounded',
      threat: 'T27',
      file: 'seen.ts',
      find: 'if (this.#young.size >= this.#half) {',
      replace: 'if (this.#young.size < 0) {',
      tests: cast
    },
    {
      name: 'messages that are held are bounded',
      threat: 'T27',
      file: 'held.ts',
      find: 'if (this.#held.size <= this.#most && this.#bytes <= this.#mostBytes) break',
      replace: 'if (this.#held.size >= 0) break',
      tests: cast
    },
    {
      name: 'announced messages of one peer are bounded',
      threat: 'T27',
      file: 'missing.ts',
      find: 'if (by.missing >= most) return false',
      replace: '',
      tests: cast
    },
    {
      name: 'who breaks promises is believed less',
      threat: 'T26',
      file: 'missing.ts',
      find: 'const most = by.brokenPromises >= bounds.brokenPromises ? 1 : bounds.missingPerPeer',
      replace: 'const most = bounds.missingPerPeer',
      tests: cast
    },
    {
      name: 'a message is given to whom it was given once',
      threat: 'T11',
      file: 'machine.ts',
      find: ': held.askedBy.has(by.id) || held.askedBy.size >= bounds.askers',
      replace: ': held.askedBy.size >= bounds.askers',
      tests: cast
    },
    {
      name: 'strangers give no orders',
      threat: 'T26',
      file: 'machine.ts',
      find: 'this.counts.rejected.stranger++\n      return',
      replace: 'this.counts.rejected.stranger++\n      this.#neighbours.set([from], now)\n      return',
      tests: cast
    },
    {
      name: 'neighbours of a broadcast are bounded',
      threat: 'T27',
      file: 'neighbours.ts',
      find: '[...new Set(ids)].slice(0, bounds.neighbours)',
      replace: '[...new Set(ids)]',
      tests: cast
    },
    {
      name: 'a payload is of bounded length',
      threat: 'T13',
      file: 'codec.ts',
      find: "if (length > maxPayloadBytes) return 'oversize'",
      replace: '',
      tests: cast
    },
    {
      name: 'a payload is there whole',
      threat: 'T13',
      file: 'codec.ts',
      find: "if (this.left < DATA_HEAD_BYTES + nameLength + length) return 'truncated'",
      replace: '',
      tests: cast
    },
    {
      name: 'frames are counted',
      threat: 'T17',
      file: 'codec.ts',
      find: "if (frames.length === bounds.frames) return 'too-many-frames'",
      replace: '',
      tests: cast
    },
    {
      name: 'ids of a frame are counted',
      threat: 'T17',
      file: 'codec.ts',
      find: "if (count > most) return 'too-many-ids'",
      replace: '',
      tests: cast
    },
    {
      name: 'a protocol has its own bound on payloads',
      threat: 'T13',
      file: 'broadcast.ts',
      find: "if (payload.length > registered.maxBytes) return this.#judge(id, 'invalid')",
      replace: '',
      tests: [...cast, 'broadcast']
    },
    {
      name: 'frames that wait are bounded',
      threat: 'T27',
      file: 'outbox.ts',
      find: 'if (queue.frames.length >= bounds.queued || queue.bytes + bytes > bounds.queuedBytes) return false',
      replace: '',
      tests: cast
    },
    {
      name: 'announcements that wait are bounded',
      threat: 'T27',
      file: 'outbox.ts',
      find: 'if (isFull) this.#announced.delete(this.#announced.keys().next().value!)',
      replace: '',
      tests: cast
    }
  ]),
  ...area('packages/rpc', [
    {
      name: 'a call has a deadline in range',
      threat: 'T14',
      file: 'frames.ts',
      find: "if (timeoutMs === 0 || timeoutMs > bounds.maxTimeoutMs) return 'bad-deadline'",
      replace: '',
      tests: calls
    },
    {
      name: 'a type is of bounded length',
      threat: 'T13',
      file: 'frames.ts',
      find: "if (length === 0 || length > bounds.maxTypeBytes) return 'bad-type'",
      replace: '',
      tests: calls
    },
    {
      name: 'an answer is of bounded length',
      threat: 'T13',
      file: 'frames.ts',
      find: "if (frame.length > limits.maxMessageBytes) return 'oversize'",
      replace: '',
      tests: calls
    },
    {
      name: 'words of a failure are of bounded length',
      threat: 'T13',
      file: 'frames.ts',
      find: "if (frame.length - end > bounds.maxFailureMessageBytes) return 'bad-failure'",
      replace: '',
      tests: calls
    },
    {
      name: 'calls of one peer are bounded',
      threat: 'T25',
      file: 'gate.ts',
      find: 'if (queue.inside < perKey && this.#inside < all) {',
      replace: 'if (this.#inside < all) {',
      tests: gate
    },
    {
      name: 'calls of all are bounded',
      threat: 'T25',
      file: 'gate.ts',
      find: 'if (queue.inside < perKey && this.#inside < all) {',
      replace: 'if (queue.inside < perKey) {',
      tests: gate
    },
    {
      name: 'calls that wait are bounded',
      threat: 'T27',
      file: 'gate.ts',
      find: 'if (queue.waiting.size >= waitingPerKey || this.#waiting >= waiting) return undefined',
      replace: '',
      tests: gate
    },
    {
      name: 'a repeated call is done once',
      threat: 'T28',
      file: 'server.ts',
      find: 'const known = this.#running.get(key)?.answer ?? this.#answered.get(key)',
      replace: 'const known = this.#running.get(`${key}-`)?.answer',
      tests: calls
    },
    {
      name: "nobody reads the answers to others' calls",
      threat: 'T1',
      file: 'server.ts',
      find: 'const key = `${from} ${request.id}`',
      replace: 'const key = request.id',
      tests: calls
    },
    {
      name: 'answers that are remembered are bounded',
      threat: 'T27',
      file: 'server.ts',
      find: 'maxSize: bounds.rememberedBytes,',
      replace: 'maxSize: 1e12,',
      tests: calls
    },
    {
      name: 'a served call ends at its deadline',
      threat: 'T14',
      file: 'server.ts',
      find: 'const deadline = new Deadline(this.#parts.clock, request.timeoutMs, signal)',
      replace: 'const deadline = new Deadline(this.#parts.clock, 1e9 + request.timeoutMs, signal)',
      tests: calls
    },
    {
      name: 'what a handler throws is not told',
      threat: 'T29',
      file: 'server.ts',
      find: "return encodeFailure({ code: 'internal', message: '' })",
      replace: "return encodeFailure({ code: 'internal', message: String(error) })",
      tests: calls
    },
    {
      name: 'cancellations under way are bounded',
      threat: 'T27',
      file: 'caller.ts',
      find: 'if (this.#cancels >= bounds.cancels) return',
      replace: '',
      tests: calls
    }
  ])
]
