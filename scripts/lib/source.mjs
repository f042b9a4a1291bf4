// Reads TypeScript as a tree, for the rules that a linter cannot express.
import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'
import { shown } from './workspace.mjs'

/**
 * A module as a syntax tree (ESTree with TypeScript's additions).
 *
 * @param {string} file
 * @returns {{ file: string, text: string, lines: string[], program: any, comments: any[], at: (node: any) => string }}
 */
export function parse(file) {
  const text = readFileSync(file, 'utf8')
  const { program, comments, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${shown(file)}: ${errors[0].message}`)
  const lineOf = node => text.slice(0, node.start).split('\n').length
  return {
    file,
    text,
    lines: text.split('\n'),
    program,
    comments,
    lineOf,
    at: node => `${shown(file)}:${lineOf(node)}`
  }
}

/** Calls back for every node of a tree, parents first. */
export function walk(node, visit, parent) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit, parent)
  } else if (node !== null && typeof node === 'object' && typeof node.type === 'string') {
    visit(node, parent)
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'parent' && value !== null && typeof value === 'object') walk(value, visit, node)
    }
  }
}

/** Every module that a module names: `import`, `export … from` and `import()` with a literal. */
export function importsOf(module) {
  const found = []
  walk(module.program, node => {
    const named = [
      'ImportDeclaration',
      'ExportNamedDeclaration',
      'ExportAllDeclaration',
      'ImportExpression',
      'TSImportType'
    ]
    if (named.includes(node.type)) {
      const source = node.source?.value ?? node.argument?.literal?.value
      if (typeof source === 'string') found.push({ source, node })
    }
  })
  return found
}

/** True where the tree says `object.property`, e.g. `Date.now`. */
export function isMember(node, object, property) {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === object &&
    (node.property.name ?? node.property.value) === property
  )
}

/** The package behind a bare specifier: `@a/b/c` → `@a/b`, `x/y` → `x`. */
export function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
