/** What `pex id`, `pex view` and `pex sample` share: ask the running host, or read what a stopped one has left. */
import { resolveSettings } from '../config.ts'
import type { Settings } from '../config.ts'
import { askHost } from '../control.ts'
import type { Question } from '../control.ts'
import { findDataDirectory } from '../data-directory.ts'
import { printJson, remark } from '../output.ts'
import type { Flags } from '../sources.ts'

export interface AskOptions extends Flags {
  readonly json?: boolean
}

/** Asks, and prints the answer as JSON, or as `print` does for people. */
export async function ask<Answer extends { readonly running: boolean }>(
  options: AskOptions,
  questions: (settings: Settings) => readonly Question[],
  print: (answer: Answer) => void
): Promise<number> {
  const { settings } = resolveSettings(options, process.env)
  const directory = findDataDirectory(settings.data)
  for (const question of questions(settings)) {
    const live = await askHost<Answer>(directory, question)
    const answer = live ?? ((await fromStore(question)) as Answer)
    if (options.json === true) printJson(answer)
    else print(answer)
    if (!answer.running && options.json !== true && question.ask !== 'id') {
      remark('no host runs here: this is what the last one has left in its store')
    }
  }
  return 0

  async function fromStore(question: Question): Promise<object> {
    const { askStore } = await import('../inspect.ts')
    return askStore(directory, question)
  }
}
