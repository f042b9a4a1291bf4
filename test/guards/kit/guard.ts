/**
 * What a guard is: a line of the sources that stands between a threat and what it aims at. Breaking it by machine, and
 * looking whether a test notices, is mutation testing (DeMillo, Lipton, Sayward 1978), of chosen lines instead of all.
 */

/** A threat of the model in SECURITY.md. */
export type Threat = `T${number}`

/** A replacement in the text of one module. */
export interface Mutation {
  /** The module, from the root of the workspace. */
  readonly file: string
  /** A piece of its text that occurs in it once. */
  readonly find: string
  /** What stands there instead: the guard is gone, and the module still loads. */
  readonly replace: string
}

export interface Guard extends Mutation {
  /** What the guard does, as a claim; unique. */
  readonly name: string
  readonly threat: Threat
  /** The test files of which at least one has to turn red. */
  readonly tests: readonly string[]
  /** Of those files only the tests whose full name has this in it; all by default. */
  readonly only?: string
}

/** A guard and the area that it stands in. */
export interface Listed extends Guard {
  readonly area: string
}

/** The guards of one package or app: files from its `src`, tests from its `test`, or with a path from the root of the workspace. */
export function area(folder: string, guards: readonly Guard[]): readonly Listed[] {
  return guards.map(guard => ({
    ...guard,
    area: folder.split('/')[1]!,
    file: `${folder}/src/${guard.file}`,
    tests: guard.tests.map(test => (test.startsWith('/') ? test.slice(1) : `${folder}/test/${test}.test.ts`))
  }))
}
