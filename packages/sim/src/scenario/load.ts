/**
 * Scenarios from files: JSON, or a module whose `scenario` or default export is one.
 */
import { PexError } from '@pex/core'
import { readText, urlOf } from '../platform.ts'
import { checkScenario, scenarioFile } from './scenario.ts'
import type { ScenarioFile } from './scenario.ts'

/** True where the text is the path of a file instead of a scenario's name. */
export function isScenarioPath(text: string): boolean {
  return /\.(?:json|m?[jt]s)$/.test(text)
}

/**
 * A scenario by its name, or from the file at a path that ends with .json, .mjs, .js, .ts or .mts: checked, as `simulate`
 * takes it. Throws `PEX_INVALID_PARAMETER` where there is none or it makes no sense.
 */
export async function loadScenario(text: string): Promise<ScenarioFile> {
  const file = isScenarioPath(text) ? await read(text) : scenarioFile(text)
  checkScenario(file)
  return file
}

async function read(path: string): Promise<ScenarioFile> {
  try {
    if (path.endsWith('.json')) return JSON.parse(await readText(path)) as ScenarioFile
    const module = (await import(/* @vite-ignore */ await urlOf(path))) as Record<string, ScenarioFile>
    return module['scenario'] ?? module['default']!
  } catch (cause) {
    throw new PexError('PEX_INVALID_PARAMETER', `the scenario ${path} cannot be read: ${String(cause)}`, {
      cause
    })
  }
}
