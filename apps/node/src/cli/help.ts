/** What the definitions of all commands share: how a command ends, its help option and the examples below its help. */
import type { AddHelpTextContext, Command } from 'commander'
import { wrap } from './layout.ts'

/** Called with the exit status when a command has done its work. */
export type Done = (status: number) => void

/** Defines one command below `program` and returns it. */
export type AddCommand = (program: Command, done: Done) => Command

/** What commander does not hand down to subcommands by itself. */
export function prepare(command: Command): void {
  command
    .helpOption('-h, --help', 'explain this command')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
}

/** The examples below a help: pairs of a command line and what it does; and what else is to be said there. */
export function examples(
  lines: readonly (readonly [string, string])[],
  note: string = ''
): (context: AddHelpTextContext) => string {
  const shown = lines.map(([command, what]) => `  # ${what}\n  ${command}\n`).join('')
  return ({ command }) => wrap(`\nExamples:\n${shown}${note === '' ? '' : `\n${note}\n`}`, command)
}
