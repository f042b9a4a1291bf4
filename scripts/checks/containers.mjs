// No bare growing Map, Set or array in a long-lived object. One that cannot be a bounded map says, in a comment directly
// above it that holds the word "Bounded", what bounds it and who chooses its keys.
import { join } from 'node:path'
import { parse, walk } from '../lib/source.mjs'
import { filesIn, packages, shown } from '../lib/workspace.mjs'

/** The bounded containers themselves. */
const containers = new Set(['packages/core/src/bounded-map.ts'])

/** @returns {string[]} what is wrong, one line each */
export function checkContainers() {
  const files = packages().flatMap(pkg => filesIn(join(pkg.dir, 'src'), '.ts'))
  return files.filter(file => !containers.has(shown(file))).flatMap(growing)
}

function growing(file) {
  const module = parse(file)
  const found = []
  // A field is judged once, where it first gets its container: starting anew with an empty one is no second place.
  const fields = new Set()
  const first = (key, node) => {
    if (!fields.has(key.name)) found.push(node)
    fields.add(key.name)
  }
  walk(module.program, node => {
    if (node.type === 'PropertyDefinition' && growsFrom(node.value) && !isReplacedWhole(node))
      first(node.key, node)
    const isField = node.type === 'AssignmentExpression' && node.left.object?.type === 'ThisExpression'
    if (isField && growsFrom(node.right)) first(node.left.property, node)
  })
  for (const statement of module.program.body) {
    const { declarations = [] } = statement.declaration ?? statement
    if (declarations.some(({ init }) => growsFrom(init))) found.push(statement)
  }
  return found
    .filter(node => !/\bbounded\b/i.test(commentAbove(module, node)))
    .map(
      node => `${module.at(node)}: a container that grows, and no comment above says what it is bounded by`
    )
}

/** An empty container that lives in a field or a module is there to be filled. */
function growsFrom(value) {
  if (value?.type === 'TSAsExpression') return growsFrom(value.expression)
  if (value?.type === 'ArrayExpression') return value.elements.length === 0
  return (
    value?.type === 'NewExpression' &&
    ['Map', 'Set', 'Array'].includes(value.callee.name) &&
    value.arguments.length === 0
  )
}

/** A field of a readonly type never grows: a new value takes the place of the old one. */
function isReplacedWhole({ typeAnnotation }) {
  const type = typeAnnotation?.typeAnnotation
  return type?.operator === 'readonly' || type?.typeName?.name?.startsWith('Readonly') === true
}

/** The comment lines above a node and the rest of its own line; one comment may stand above several containers in a row. */
function commentAbove(module, node) {
  const line = module.lineOf(node) - 1
  let first = line
  while (first > 0 && /= (?:new (?:Map|Set)\b.*|\[\])$/.test(module.lines[first - 1])) first--
  while (first > 0 && /^\s*(?:\/\/|\/?\*)/.test(module.lines[first - 1])) first--
  return module.lines.slice(first, line + 1).join('\n')
}
