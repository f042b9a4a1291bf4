// A page of a user's: modules of a project, bundled for browsers by vite, and run in a real browser where the machine has one.
import { existsSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'

/** The entry of the bundle: what the page loads. */
const ENTRY = 'page.mjs'
/** A page may sign and encrypt only in a secure context, and localhost is one. Nothing listens there: see `visit`. */
const SITE = 'http://localhost'
/** One page, from its loading to its end, ms. */
const PAGE_MS = 120_000

/**
 * @typedef {object} Bundle
 * @property {Map<string, string>} files code by the path that a page asks for
 * @property {string} entry the path of the module that the page loads
 * @property {string[]} builtins which of Node's modules it asks for before anything of it runs
 */

/**
 * Bundles modules of a project into a page. Fails with what the bundler says.
 *
 * @param {string} dir the project
 * @param {string[]} modules names of files in it, in the order in which they run
 * @returns {Promise<Bundle>}
 */
export async function bundle(dir, modules) {
  const builtins = new Set()
  const entry = join(dir, ENTRY)
  const imports = modules.map(name => `import './${name}'\n`).join('')
  writeFileSync(entry, `${imports}globalThis.finished = true\n`)
  const modulesOfNode = {
    name: 'modules-of-node',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (!isBuiltin(source)) return null
      // A package of the same name stands in for some, such as `events`.
      const standIn = source.startsWith('node:') ? null : await this.resolve(`${source}/`, importer, options)
      if (standIn !== null && !standIn.external && existsSync(standIn.id)) return standIn
      if (options.kind !== 'dynamic-import') builtins.add(source)
      return { id: source, external: true }
    }
  }
  const { output } = await build({
    root: dir,
    configFile: false,
    logLevel: 'silent',
    plugins: [modulesOfNode],
    build: { write: false, target: 'es2023', rolldownOptions: { input: entry } }
  })
  const chunks = output.filter(({ type }) => type === 'chunk')
  return {
    files: new Map(chunks.map(({ fileName, code }) => [`/${fileName}`, code])),
    entry: `/${chunks.find(({ isEntry }) => isEntry).fileName}`,
    builtins: [...builtins]
  }
}

/** A browser, or nothing on a machine without one. CHROMIUM may name it. */
export async function openBrowser() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = process.env.CHROMIUM ?? places.find(existsSync)
  // Its own sandbox needs rights that containers do not give; it sees no page but these.
  return executablePath && chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

/**
 * Opens the page and waits for its end.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {Bundle} bundle
 * @returns {Promise<string[]>} what went wrong
 */
export async function visit(browser, { files, entry }) {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const problems = []
    const failed = Promise.withResolvers()
    page.on('pageerror', error => {
      problems.push(error.stack ?? error.message)
      failed.resolve()
    })
    await page.route('**/*', route => {
      const { pathname } = new URL(route.request().url())
      const body = pathname === '/' ? `<script type="module" src="${entry}"></script>` : files.get(pathname)
      const contentType = pathname === '/' ? 'text/html' : 'text/javascript'
      return route.fulfill(body === undefined ? { status: 404 } : { body, contentType })
    })
    await page.goto(SITE)
    const finished = page.waitForFunction(() => globalThis.finished === true, undefined, { timeout: PAGE_MS })
    await Promise.race([finished, failed.promise]).catch(error => problems.push(error.message))
    finished.catch(() => {})
    return problems
  } finally {
    await context.close()
  }
}
