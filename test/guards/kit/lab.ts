/**
 * A process in which tests run against mutated modules: one vitest for all of them, since starting it takes longer than most
 * tests. Whoever forks it sends a trial at a time and gets a result back. It may hang with what it tries: whoever forks it
 * ends it then.
 */
import { join, relative } from 'node:path'
import { BaseSequencer, createVitest } from 'vitest/node'
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node'
import type { Mutation } from './guard.ts'
import { mutated, MUTATION, putMutation, root, wasApplied } from './mutation.ts'

/** What to run. */
export interface Trial {
  /** Nothing to see how the tests fare without any. */
  readonly mutation: Mutation | undefined
  readonly tests: readonly string[]
  readonly only: string | undefined
}

/** What became of it. */
export interface Outcome {
  /** The tests that turned red, by their full names; with a mutation the first of them alone. */
  readonly red: readonly string[]
  /** The file that the first stands in. */
  readonly where: string | undefined
  /** Tests that ran. */
  readonly ran: number
  /** Why tests could not run at all. */
  readonly broken: string | undefined
  /** Whether a process loaded the mutated module. */
  readonly applied: boolean
}

const file = process.env[MUTATION]!

/** What has been seen of the run under way: a vitest that goes on remembers the runs before it as well. */
class Notes implements Reporter {
  readonly #known = new WeakSet<object>()
  readonly #cases: TestCase[] = []
  readonly #errors: string[] = []

  onTestRunStart(): void {
    this.#cases.length = 0
    this.#errors.length = 0
  }

  onTestCaseResult(one: TestCase): void {
    this.#cases.push(one)
  }

  onTestModuleEnd(module: TestModule): void {
    this.#errors.push(...module.errors().map(({ message }) => message))
  }

  /** What became of the run, with the errors that no test has caught. */
  found(unhandled: readonly unknown[]): Omit<Outcome, 'applied'> {
    const ran = this.#cases.filter(one => ['passed', 'failed'].includes(one.result().state))
    const red = ran.filter(one => one.result().state === 'failed')
    const [loose] = unhandled.filter(error => !this.#known.has(error as object))
    for (const error of unhandled) this.#known.add(error as object)
    const noted =
      loose === undefined ? undefined : (loose as Error).message || 'an error that no test has caught'
    return {
      red: red.length === 0 && ran.length > 0 && noted !== undefined ? [noted] : red.map(one => one.fullName),
      where: red[0] && relative(root, red[0].module.moduleId),
      ran: ran.length,
      broken: this.#errors[0] ?? (ran.length === 0 ? (noted ?? 'no test ran') : undefined)
    }
  }
}

/** Files run in the order in which a guard names them: those first that are the most likely to notice. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files
  }
}

async function start(notes: Notes): Promise<Vitest> {
  const vitest = await createVitest(
    'test',
    {
      root,
      config: join(root, 'vitest.config.ts'),
      watch: false,
      run: true,
      bail: 1,
      // A machine that has other things to do is no reason for a test to turn red.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      sequence: { sequencer: InOrder },
      maxWorkers: 1,
      // Nothing mutated may reach what other runs take for the modules.
      fsModuleCache: false,
      reporters: [notes]
    },
    {
      plugins: [
        {
          name: 'mutation',
          enforce: 'pre',
          transform(code, id) {
            return mutated(id.split('?', 1)[0]!, () => code)
          }
        }
      ]
    }
  )
  await vitest.standalone()
  return vitest
}

async function run(vitest: Vitest, notes: Notes, { mutation, tests, only }: Trial): Promise<Outcome> {
  putMutation(file, mutation)
  if (mutation !== undefined) vitest.invalidateFile(join(root, mutation.file))
  const project = vitest.getRootProject()
  // One red test is enough of an answer; without a mutation all of them are wanted.
  vitest.config.bail = project.config.bail = mutation === undefined ? 0 : 1
  const options = only === undefined ? undefined : { testNamePattern: new RegExp(escaped(only)) }
  const specifications = tests.map(test => project.createSpecification(join(root, test), options))
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications)
  if (mutation !== undefined) vitest.invalidateFile(join(root, mutation.file))
  return { ...notes.found(unhandledErrors), applied: mutation !== undefined && wasApplied(file) }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

// Processes that tests start, in which no vitest replaces anything, do it themselves.
process.env['NODE_OPTIONS'] = `--import=${new URL('./hook.ts', import.meta.url).href}`
putMutation(file, undefined)
const notes = new Notes()
const vitest = await start(notes)
process.on('message', trial => {
  run(vitest, notes, trial as Trial).then(
    outcome => process.send!({ outcome }),
    (error: unknown) => process.send!({ fault: String((error as Error).stack ?? error) })
  )
})
process.send!({ ready: true })
