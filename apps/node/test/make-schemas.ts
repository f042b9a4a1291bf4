/**
 * Makes the JSON Schemas of apps/node/schemas from the shapes. Run by itself it writes them:
 * `node --conditions=@pex/source apps/node/test/make-schemas.ts`.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { printed } from '../src/schemas/lines.ts'
import type { Printed } from '../src/schemas/lines.ts'

export const folder: URL = new URL('../schemas/', import.meta.url)

/** The schemas, by name. */
export function makeSchemas(): ReadonlyMap<string, object> {
  return new Map(printed.map(each => [each.name, schemaOf(each)]))
}

function schemaOf({ name, command, shapes }: Printed): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${command} --json`,
    description:
      `One line of what "${command} --json" prints (pex schema ${name}). ` +
      'There may be more fields one day; those that are here keep their names and meanings.',
    anyOf: shapes.map(shape => open(toJsonSchema(shape, { target: 'draft-2020-12' })))
  }
}

/** Without what forbids further fields: a reader of today is to read the lines of tomorrow. */
function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open)
  if (typeof value !== 'object' || value === null) return value
  const isObject = 'properties' in value
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      key !== '$schema' &&
      !(isObject && key === 'additionalProperties' && (inner === false || isEmpty(inner)))
  )
  return Object.fromEntries(kept.map(([key, inner]) => [key, open(inner)]))
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) rmSync(new URL(name, folder))
  for (const [name, schema] of makeSchemas())
    writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(schema, undefined, 2)}\n`)
}
