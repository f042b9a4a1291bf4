// What no file of the workspace may say, and what no test may do.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/run.mjs'
import { importsOf, parse, walk } from '../lib/source.mjs'
import { filesIn, packages, shown } from '../lib/workspace.mjs'

const rules = [
  {
    what: /\.(?:ts|mjs|js)$/,
    words: /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/,
    why: 'an open end needs an issue: TODO(#12)'
  },
  {
    what: /./,
    words: /(?<![\w.~-])\/(?:home|Users|root|work)\/\w/,
    why: 'a path of one machine'
  },
  {
    what: /pnpm-lock\.yaml$/,
    words: /\b(?:tarball|resolved): *['"]?https?:/,
    why: 'the lock file names a registry'
  },
  { what: /(?:^|\/)\.npmrc$/, words: /registry/, why: 'the project names no registry' }
]

/** These name what they forbid, or hold nobody's prose. */
const exempt = new Set(['scripts/checks/text.mjs'])

/** @returns {string[]} what is wrong, one line each */
export function checkText() {
  const files = filesIn(root).filter(
    file => !exempt.has(shown(file)) && !/\.(?:bin|png|ico|tgz|tsbuildinfo)$/.test(file)
  )
  return [...files.flatMap(wordProblems), ...testFiles().flatMap(sleeps)]
}

function wordProblems(file) {
  const path = shown(file)
  const applying = rules.filter(({ what }) => what.test(path))
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) =>
      applying.filter(({ words }) => words.test(line)).map(({ why }) => `${path}:${i + 1}: ${why}`)
    )
}

function testFiles() {
  return packages()
    .filter(pkg => !pkg.isApp)
    .flatMap(pkg => filesIn(join(pkg.dir, 'test'), '.ts'))
}

/** Below the apps a test waits for events or moves a virtual clock; it never sleeps. */
function sleeps(file) {
  const module = parse(file)
  const problems = importsOf(module)
    .filter(({ source }) => source === 'node:timers/promises')
    .map(({ node }) => `${module.at(node)}: a test below the apps never sleeps`)
  walk(module.program, node => {
    if (node.type !== 'CallExpression' || node.callee.name !== 'setTimeout') return
    problems.push(`${module.at(node)}: a test below the apps never sleeps`)
  })
  return problems
}
