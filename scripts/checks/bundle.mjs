// What a page carries for peer exchange, beyond libp2p: that nothing of ours is in it which the page did not ask for, and the
// table in the README of @pex/transport-libp2p that says where the bytes are. `npm run check -- --update` writes the table.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, minifySync } from 'vite'
import { root } from '../lib/run.mjs'
import { shown } from '../lib/workspace.mjs'

const entry = join(root, 'scripts', 'size', 'browser.mjs')
const readme = join(root, 'packages', 'transport-libp2p', 'README.md')

/** The packages that a page may be made of, and what each is to it: the rows of the table. */
const parts = {
  '@pex/core': 'Views, the policy `balanced`, exchanges, estimates of the size, scopes, limits',
  '@pex/record': 'Signed records: sign, verify once',
  '@pex/wire': 'The native wire',
  '@pex/service': 'Rounds, namespaces, events, what goes into a store',
  '@pex/swarm': 'Dialling with manners: backoff, ranking, the cap on what strangers can make a page dial',
  '@pex/transport-libp2p': 'Streams, discovery, the connection keeper'
}

/** What a page gets only when it asks for it. */
const unasked = [
  /\/core\/dist\/sampling\/policies\/(?!balanced)/,
  /\/wire\/dist\/(?:capnp|casm|lz4)\//,
  /\/(?:service|swarm|transport-libp2p)\/dist\/metrics\.js$/
]

/** Shares may be off by so much, kB: a change worth a line in a README is larger. */
const TOLERANCE = 0.3

/** @param {{ update?: boolean }} [options] needs a build @returns {Promise<string[]>} what is wrong, one line each */
export async function checkBundle({ update = false } = {}) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [{ name: 'beyond-libp2p', enforce: 'pre', resolveId: external }],
    build: { write: false, target: 'es2023', modulePreload: false, rolldownOptions: { input: entry } }
  })
  const chunks = output.filter(({ type }) => type === 'chunk')
  const page = chunks.find(({ isEntry }) => isEntry)
  const names = Object.keys(page.modules)
  const strangers = names.filter(name => name !== entry && packageOf(name) === undefined)
  const bulk = names.filter(name => unasked.some(pattern => pattern.test(name)))
  return [
    ...[...strangers, ...bulk].map(name => `a page that only calls pex() carries ${shown(name)}`),
    ...tableProblems(table(page, chunks), update)
  ]
}

/** Everything that is not ours is there already, or another's account. */
function external(source) {
  return /^[./@]pex\/|^[./]/.test(source) || source === entry ? null : { id: source, external: true }
}

function packageOf(name) {
  const [, folder] = /\/packages\/([^/]+)\/dist\//.exec(name) ?? []
  return `@pex/${folder}` in parts ? `@pex/${folder}` : undefined
}

/** Rows of name, what it is, and kB: each package's share of the minified bytes, as a share of the compressed ones. */
function table(page, chunks) {
  const lengths = new Map(Object.keys(parts).map(name => [name, 0]))
  for (const [name, { code }] of Object.entries(page.modules)) {
    const part = packageOf(name)
    if (part !== undefined && code !== null)
      lengths.set(part, lengths.get(part) + minifySync(name, code, { compress: false }).code.length)
  }
  const sum = [...lengths.values()].reduce((a, b) => a + b)
  const whole = compressed(page)
  const later = chunks.filter(chunk => chunk !== page).reduce((total, chunk) => total + compressed(chunk), 0)
  return [
    ...[...lengths].map(([name, length]) => [`\`${name}\``, parts[name], (length / sum) * whole]),
    ['All of it', 'With every page', whole],
    ['Metrics', 'Loaded only by a node that has `metrics`', later]
  ]
}

function compressed({ code }) {
  return gzipSync(code, { level: 9 }).length / 1_000
}

function tableProblems(rows, update) {
  const before = readFileSync(readme, 'utf8')
  const [written, head, old] = /(\| In a page \|.*\n\| .*\n)((?:\|.*\n)*)/.exec(before) ?? []
  if (written === undefined) return [`${shown(readme)}: the table of what a page carries is missing`]
  const numbers = [...old.matchAll(/ (\d+\.\d) \|$/gm)].map(match => Number(match[1]))
  const holds =
    numbers.length === rows.length && rows.every(([, , kB], i) => Math.abs(kB - numbers[i]) <= TOLERANCE)
  if (holds) return []
  const lines = rows.map(([name, what, kB]) => `| ${name} | ${what} | ${kB.toFixed(1)} |\n`)
  if (!update)
    return [
      `${shown(readme)}: what a page carries has changed (\`npm run check -- --update\` writes it)\n${lines.join('')}`
    ]
  writeFileSync(readme, before.replace(written, head + lines.join('')))
  return []
}
