// The packages of the workspace, as their package.json files describe them.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './run.mjs'

/** The condition in `exports` that leads to the sources instead of the build. */
export const sourceCondition = '@pex/source'

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {string} dir absolute
 * @property {string} path relative to the root, with forward slashes
 * @property {boolean} isApp
 * @property {boolean} isPublic
 * @property {Record<string, any>} manifest
 */

/** Every package, app and example, sorted by name. @returns {Package[]} */
export function packages() {
  const found = []
  for (const folder of ['packages', 'apps', 'examples']) {
    for (const entry of existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []) {
      const dir = join(root, folder, entry)
      if (!existsSync(join(dir, 'package.json'))) continue
      const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
      found.push({
        name: manifest.name,
        dir,
        path: `${folder}/${entry}`,
        isApp: folder !== 'packages',
        isPublic: manifest.private !== true,
        manifest
      })
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const passedOver = new Set(['node_modules', 'dist', '.git', '.turbo', 'coverage'])

/** Files below a folder with one of the endings; builds and installed packages left out. @returns {string[]} */
export function filesIn(dir, ...endings) {
  return filesBelow(dir).filter(file => endings.length === 0 || endings.some(ending => file.endsWith(ending)))
}

function filesBelow(dir) {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .filter(entry => !passedOver.has(entry.name))
    .flatMap(entry => (entry.isDirectory() ? filesBelow(join(dir, entry.name)) : [join(dir, entry.name)]))
    .sort()
}

/** The path to print: relative to the root, forward slashes. */
export function shown(path) {
  return relative(root, path).split(sep).join('/')
}

/** Every file that an entry of `exports` can lead to under one condition, the default one first. */
function leaves(target) {
  if (typeof target === 'string') return [target]
  if (target === null || typeof target !== 'object') return []
  const { default: first, ...others } = target
  return [first, ...Object.values(others)].flatMap(leaves)
}

/**
 * The entry points of a package: subpath (`.`, `./store`), what one writes to import it, and its source file.
 *
 * @param {Package} pkg
 * @returns {{ subpath: string, specifier: string, file: string }[]}
 */
export function entriesOf(pkg) {
  return Object.entries(pkg.manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const [source] = leaves(target?.[sourceCondition])
    if (source === undefined) return []
    return [{ subpath, specifier: pkg.name + subpath.slice(1), file: join(pkg.dir, source) }]
  })
}

/** Removes from dist/ what no source stands behind any more: a build never does, and a tarball would carry it. */
export function sweep(pkg) {
  for (const file of filesBelow(join(pkg.dir, 'dist'))) {
    const output = /^(.*)\.(?:js|d\.ts)(?:\.map)?$/.exec(relative(join(pkg.dir, 'dist'), file))
    if (output !== null && !existsSync(join(pkg.dir, 'src', `${output[1]}.ts`))) rmSync(file)
  }
}
