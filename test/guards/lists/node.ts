/** The host of the command: its key, its settings, its pages. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const key = ['key-file', 'wrong-input']
const page = ['dashboard', 'dashboard-parts']
const parts = ['dashboard-parts', 'dashboard']

export const node: readonly Listed[] = area('apps/node', [
  {
    name: 'a new key is for its owner',
    threat: 'T20',
    file: 'key-file.ts',
    find: 'fchmodSync(file, 0o600)',
    replace: 'fchmodSync(file, 0o644)',
    tests: key
  },
  {
    name: 'a key that others can read is refused',
    threat: 'T20',
    file: 'key-file.ts',
    find: 'if ((mode & 0o077) !== 0) {',
    replace: 'if ((mode & 0o077) < 0) {',
    tests: key
  },
  {
    name: 'a key that is a link is refused',
    threat: 'T20',
    file: 'key-file.ts',
    find: 'const noFollow = windows ? 0 : constants.O_NOFOLLOW',
    replace: 'const noFollow = 0',
    tests: key
  },
  {
    name: 'a key is created once',
    threat: 'T20',
    file: 'key-file.ts',
    find: 'linkSync(draft, path)',
    replace: 'renameSync(draft, path)',
    tests: key
  },
  {
    name: 'what is no file is no key',
    threat: 'T20',
    file: 'key-file.ts',
    find: "if (!stat.isFile()) throw new Failure('PEX_KEY', `${path} is not a file`, 'to move it away')",
    replace: '',
    tests: key
  },
  {
    name: 'a data directory that others can write is refused',
    threat: 'T20',
    file: 'data-directory.ts',
    find: 'if ((stat.mode & 0o022) !== 0) {',
    replace: 'if ((stat.mode & 0o022) < 0) {',
    tests: [...key, 'start', 'command']
  },
  {
    name: 'a new data directory is for its owner',
    threat: 'T20',
    file: 'data-directory.ts',
    find: 'mkdirSync(path, { mode: 0o700 })',
    replace: 'mkdirSync(path)',
    tests: [...key, 'start', 'command']
  },
  {
    name: 'an unknown key of the config is refused',
    threat: 'T22',
    file: 'sources.ts',
    find: 'if (!known.has(key))',
    replace: 'if (key === "")',
    tests: ['config']
  },
  {
    name: 'a config file is of bounded length',
    threat: 'T13',
    file: 'sources.ts',
    find: 'if (statSync(path).size > maxConfigBytes) {',
    replace: 'if (statSync(path).size < 0) {',
    tests: ['config', 'wrong-input']
  },
  {
    name: 'lists of the config are bounded',
    threat: 'T16',
    file: 'config.ts',
    find: 'v.maxLength(max, `has more than ${max} entries`),',
    replace: '',
    tests: ['config', 'wrong-input']
  },
  {
    name: 'a namespace of the config is of bounded length',
    threat: 'T16',
    file: 'config.ts',
    find: 'name => encoder.encode(name).length <= limits.maxNamespaceBytes,',
    replace: 'name => encoder.encode(name).length >= 0,',
    tests: ['config', 'wrong-input']
  },
  {
    name: 'an open dashboard has a token',
    threat: 'T21',
    file: 'dashboard/access.ts',
    find: 'if (!isOpen(address)) return { address, token: undefined }',
    replace: 'if (address.port >= 0) return { address, token: undefined }',
    tests: [...page, 'config']
  },
  {
    name: 'a token that everybody can read is refused',
    threat: 'T21',
    file: 'dashboard/access.ts',
    find: "process.platform !== 'win32' && (mode & 0o007) !== 0",
    replace: 'mode < 0',
    tests: parts
  },
  {
    name: 'a token is long enough',
    threat: 'T21',
    file: 'dashboard/access.ts',
    find: 'text.length >= MIN_LENGTH &&',
    replace: '',
    tests: parts
  },
  {
    name: 'the dashboard is asked for by address',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: 'if (!namesAddress(host))',
    replace: "if (host === '')",
    tests: page
  },
  {
    name: 'pages of other origins are refused',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: 'if (origin !== undefined && origin.toLowerCase() !== `http://${host!.toLowerCase()}`)',
    replace: "if (origin === '')",
    tests: page
  },
  {
    name: 'requests from other sites are refused',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: "if ((site === 'cross-site' || site === 'same-site') && (!isVisit || isFramed))",
    replace: "if (site === '' && (!isVisit || isFramed))",
    tests: page
  },
  {
    name: 'the dashboard is not framed',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: ' && (!isVisit || isFramed))',
    replace: ' && !isVisit)',
    tests: page
  },
  {
    name: 'the dashboard is read, not written',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: "if (method === 'POST' ? path !== SESSION : method !== 'GET' && method !== 'HEAD')",
    replace: "if (method === '')",
    tests: page
  },
  {
    name: 'a token is handed in from the page itself',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: "if (method === 'POST' && origin === undefined)",
    replace: "if (method === '' && origin === undefined)",
    tests: page
  },
  {
    name: 'wrong tokens are counted',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: 'if (this.#wrong >= MAX_WRONG)',
    replace: 'if (this.#wrong < 0)',
    tests: page
  },
  {
    name: 'a wrong token is refused',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: 'if (isSame(token, this.#token!)) return undefined',
    replace: 'if (token.length > 0) return undefined',
    tests: page
  },
  {
    name: 'the cookie of the dashboard is not for scripts and not for other sites',
    threat: 'T21',
    file: 'dashboard/guard.ts',
    find: '; HttpOnly; SameSite=Strict',
    replace: '',
    tests: page
  },
  {
    name: 'the API takes the token',
    threat: 'T21',
    file: 'dashboard/app.ts',
    find: 'if (guard.admits(c.env.incoming)) return next()',
    replace: 'if (c.env.incoming !== undefined) return next()',
    tests: page
  },
  {
    name: 'a token handed in is of bounded length',
    threat: 'T13',
    file: 'dashboard/app.ts',
    find: 'bodyLimit({ maxSize: MAX_TOKEN_BYTES,',
    replace: 'bodyLimit({ maxSize: 2 ** 30 + MAX_TOKEN_BYTES,',
    tests: page
  },
  {
    name: 'a question to the API is checked',
    threat: 'T13',
    file: 'dashboard/app.ts',
    find: String.raw`if (!/^\d{1,2}$/.test(count) || Number(count) < 1 || Number(count) > MAX_COUNT)`,
    replace: "if (count === '')",
    tests: page
  },
  {
    name: 'scripts of others do not run',
    threat: 'T21',
    file: 'dashboard/server.ts',
    find: `"script-src 'self'",`,
    replace: `"script-src 'self' 'unsafe-inline'",`,
    tests: page
  },
  {
    name: 'the dashboard is in no frame',
    threat: 'T21',
    file: 'dashboard/server.ts',
    find: `"frame-ancestors 'none'",`,
    replace: '',
    tests: page
  },
  {
    name: 'readers of events are bounded',
    threat: 'T25',
    file: 'dashboard/streams.ts',
    find: 'return this.#readers.size >= this.#maxReaders',
    replace: 'return this.#readers.size < 0',
    tests: parts
  },
  {
    name: 'a slow reader of events is let go',
    threat: 'T14',
    file: 'dashboard/streams.ts',
    find: 'if (reader.writableLength + text.length <= this.#maxWaitingBytes) reader.write(text)',
    replace: 'if (reader.writableLength >= 0) reader.write(text)',
    tests: parts
  },
  {
    name: 'events of one kind are told so often',
    threat: 'T23',
    file: 'dashboard/journal.ts',
    find: 'if (told > MAX_PER_SECOND) {',
    replace: 'if (told < 0) {',
    tests: parts
  },
  {
    name: 'events that are remembered are bounded',
    threat: 'T23',
    file: 'dashboard/journal.ts',
    find: 'while (this.#entries.length > this.#maxEntries || this.#length > this.#maxLength)',
    replace: 'while (this.#entries.length < 0)',
    tests: parts
  },
  {
    name: 'callers that are remembered are bounded',
    threat: 'T23',
    file: 'dashboard/callers.ts',
    find: '>(MAX_CALLERS)',
    replace: '>(1e9 + MAX_CALLERS)',
    tests: parts
  },
  {
    name: 'a name is not an address',
    threat: 'T21',
    file: 'listener.ts',
    find: "return isIP(name) !== 0 || name.toLowerCase() === 'localhost'",
    replace: "return isIP(name) !== 0 || name !== ''",
    tests: [...page, 'metrics']
  },
  {
    name: 'connections to a page are bounded',
    threat: 'T25',
    file: 'listener.ts',
    find: 'server.maxConnections = MAX_CONNECTIONS',
    replace: '',
    tests: [...page, 'metrics']
  },
  {
    name: 'a slow request to a page is ended',
    threat: 'T14',
    file: 'listener.ts',
    find: 'server.requestTimeout = SLOW_MS',
    replace: '',
    tests: [...page, 'metrics']
  },
  {
    name: 'metrics are asked for by address',
    threat: 'T21',
    file: 'metrics.ts',
    find: 'if (!namesAddress(headers.host))',
    replace: "if (headers.host === '')",
    tests: ['metrics']
  },
  {
    name: 'metrics are not for web pages',
    threat: 'T21',
    file: 'metrics.ts',
    find: 'if (headers.origin !== undefined)',
    replace: "if (headers.origin === '')",
    tests: ['metrics']
  },
  {
    name: 'metrics are read, not written',
    threat: 'T21',
    file: 'metrics.ts',
    find: "if (method !== 'GET' && method !== 'HEAD')",
    replace: "if (method === '')",
    tests: ['metrics']
  }
])
