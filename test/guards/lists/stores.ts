/** Stores and what is believed of them: the disk may rot, fill up, or be somebody else's. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const level = ['entry', 'store', 'recovery']
const saved = ['persistence', 'service', 'hostile']

export const stores: readonly Listed[] = [
  ...area('packages/store-level', [
    {
      name: 'the checksum of an entry is checked',
      threat: 'T10',
      file: 'entry.ts',
      find: 'return checksum(stored, payload) === checksumIn(sealed) ? payload : undefined',
      replace: 'return payload',
      tests: level
    },
    {
      name: 'an entry is for its own key',
      threat: 'T10',
      file: 'entry.ts',
      find: 'return crc32c(payload, crc32c(utf8.encode(stored)))',
      replace: 'return crc32c(payload)',
      tests: level
    },
    {
      name: "another application's database is left alone",
      threat: 'T24',
      file: 'recovery.ts',
      find: 'if (entries > 0 && ours === 0) {',
      replace: 'if (entries < 0) {',
      tests: level
    },
    {
      name: 'the store of a newer version is left alone',
      threat: 'T24',
      file: 'recovery.ts',
      find: 'if (version > layout) {',
      replace: 'if (version < 0) {',
      tests: level
    },
    {
      name: 'a lost marker is noticed',
      threat: 'T10',
      file: 'recovery.ts',
      find: "if (found === undefined && condition === 'sound') throw new Error('marker-lost')",
      replace: '',
      tests: level
    },
    {
      name: 'lost entries are noticed',
      threat: 'T10',
      file: 'store.ts',
      find: 'const isOff = (hasTally || entries.size > 0) &&',
      replace: 'const isOff = entries.size < 0 &&',
      tests: level
    },
    {
      name: 'what was replaced does not come back',
      threat: 'T2',
      file: 'store.ts',
      find: 'if (isHaunted && platform.recovers) {',
      replace: 'if (isHaunted && !platform.recovers) {',
      tests: level
    },
    {
      name: 'entries of a namespace are bounded when they are read',
      threat: 'T27',
      file: 'store.ts',
      find: ' || entries.size >= this.#maxEntries ?',
      replace: ' ?',
      tests: level
    },
    {
      name: 'entries of a namespace are bounded when they are written',
      threat: 'T27',
      file: 'space.ts',
      find: 'if (sums.size <= maxEntries) break',
      replace: 'if (sums.size >= 0) break',
      tests: level
    },
    {
      name: 'a damaged database is set aside',
      threat: 'T24',
      file: 'recovery.ts',
      find: 'if (platform.isDamage(opened.cause)) return setAside(location, opened.cause, options)',
      replace: 'if (platform.isDamage(opened.cause)) throw failed(location, opened.cause)',
      tests: level
    },
    {
      name: 'only whole entries are carried over',
      threat: 'T10',
      file: 'recovery.ts',
      find: ' || unseal(key, value) === undefined ||',
      replace: ' ||',
      tests: level
    },
    {
      name: 'tables that the manifest does not list are noticed',
      threat: 'T24',
      file: 'platform.ts',
      find: "return data.some(isUnlisted) ? 'tables-unlisted' : 'sound'",
      replace: "return 'sound'",
      tests: level
    },
    {
      name: 'a lost manifest is noticed',
      threat: 'T24',
      file: 'platform.ts',
      find: String.raw`if (!/^MANIFEST-\d+\n$/.test(current)) return 'manifest-lost'`,
      replace: '',
      tests: level
    },
    {
      name: 'nothing is repaired on a full disk',
      threat: 'T24',
      file: 'recovery.ts',
      find: "await platform.checkDisk(location, 'all')",
      replace: '',
      tests: level
    },
    {
      name: 'nothing is set aside that another process uses',
      threat: 'T24',
      file: 'recovery.ts',
      find: 'await platform.checkLock(location)',
      replace: '',
      tests: level
    },
    {
      name: 'after a failed write the database is opened anew',
      threat: 'T24',
      file: 'store.ts',
      find: 'this.#isSuspect = true\n      const why',
      replace: 'const why',
      tests: level
    }
  ]),
  ...area('packages/store-memory', [
    {
      name: 'what is held in memory is a copy',
      threat: 'T10',
      file: 'store.ts',
      find: 'for (const [key, value] of diff.put) entries.set(key, copy(value))',
      replace: 'for (const [key, value] of diff.put) entries.set(key, value)',
      tests: ['store']
    },
    {
      name: 'what is held in memory is bounded',
      threat: 'T27',
      file: 'store.ts',
      find: '{ maxSize: most, sizeCalculation',
      replace: '{ maxSize: 1e9 + most, sizeCalculation',
      tests: ['store']
    }
  ]),
  ...area('packages/service', [
    {
      name: 'a stored record is of its key',
      threat: 'T10',
      file: 'persistence.ts',
      find: ' || record.id !== key) continue',
      replace: ') continue',
      tests: saved
    },
    {
      name: 'a stored hop is in range',
      threat: 'T7',
      file: 'remembered.ts',
      find: ' || hop > limits.maxHop) return undefined',
      replace: ') return undefined',
      tests: saved
    },
    {
      name: 'a store that fails is tried ever less often',
      threat: 'T24',
      file: 'persistence.ts',
      find: 'limits.writeBehindMs * Math.min(2 ** this.#failures, MAX_BACKOFF)',
      replace: 'limits.writeBehindMs',
      tests: saved
    },
    {
      name: 'a store that fails does not end the host',
      threat: 'T24',
      file: 'membership.ts',
      find: "emit('store:fail', { error: storeError(cause) })\n    return []",
      replace: 'throw cause',
      tests: saved
    },
    {
      name: 'after a failed save nothing is taken for written',
      threat: 'T24',
      file: 'persistence.ts',
      find: 'for (const id of [...put.keys(), ...remove]) this.#saved.set(id, undefined)',
      replace: '',
      tests: saved
    },
    {
      name: 'our own seq only grows',
      threat: 'T3',
      file: 'own-record.ts',
      find: 'const seq = last !== undefined && last.seq >= now ? last.seq + 1n : now',
      replace: 'const seq = now',
      tests: saved
    },
    {
      name: 'the stored record of somebody else is not ours',
      threat: 'T10',
      file: 'own-record.ts',
      find: ' || record.id !== signer.id ? undefined : record',
      replace: ' ? undefined : record',
      tests: saved
    }
  ])
]
