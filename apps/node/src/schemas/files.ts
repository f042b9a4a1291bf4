/** The JSON Schemas that lie beside the code, one file for each command that prints JSON. */
import { readdirSync, readFileSync } from 'node:fs'

/** Beside `src` and, as published, beside `dist`. */
const folder = new URL('../../schemas/', import.meta.url)

/** In the order of the alphabet. */
export function schemaNames(): readonly string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => name.slice(0, -'.json'.length))
    .toSorted()
}

/** The text of one; its name must be one of `schemaNames`. */
export function schemaText(name: string): string {
  return readFileSync(new URL(`${name}.json`, folder), 'utf8')
}
