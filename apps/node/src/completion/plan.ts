/**
 * What there is to complete, read off the command line's own definition: a plan that knows no shell. What a value may be stands
 * in its placeholder (`<file>`, `<dir>`), in its choices, or, where the command checks it itself, in the table here.
 */
import { policies } from '@pex/core'
import { namedScenarios } from '@pex/sim'
import type { Argument, Command, Option } from 'commander'
import { warnings } from '../book/finding.ts'
import { schemaNames } from '../schemas/files.ts'

/** What may stand somewhere. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'directories' }
  /** Anything: nothing can be proposed. */
  | { readonly kind: 'text' }

export interface PlannedOption {
  /** With their dashes. */
  readonly names: readonly string[]
  readonly about: string
  /** Nothing for a switch. */
  readonly value: Value | undefined
  readonly takesMany: boolean
}

export interface PlannedCommand {
  /** Words from the program's name on, with a blank between. */
  readonly path: string
  readonly options: readonly PlannedOption[]
  readonly subcommands: readonly { readonly name: string; readonly about: string }[]
  /** Of its arguments, whichever. */
  readonly argument: Value
}

/** What the commands check themselves, by option; a test holds each word to the command. */
const wordsOf: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['--store', ['level', 'memory']],
  ['--wire', ['native', 'casm', 'both']],
  ['--scope', ['auto', 'public', 'private']],
  ['--nat', ['none', 'upnp']],
  ['--policy', Object.keys(policies)],
  ['--discover', ['lan', 'gradual', 'dns:', 'crawl:']],
  ['--to', ['addrbook', 'peers', 'list']],
  ['--drop', warnings],
  ['--scenario', namedScenarios.map(({ usage }) => usage.replace(/[<[].*$/, ''))]
])
const filePlaceholder = /[<[](?:file|files|a|b)(?:\.\.\.)?[>\]]/
const directoryPlaceholder = /[<[]dir(?:\.\.\.)?[>\]]/

/** The plan of a program and all of its subcommands, parents first. */
export function plan(command: Command, parents: readonly string[] = []): readonly PlannedCommand[] {
  const path = [...parents, command.name()]
  const help = command.createHelp()
  const subcommands = help.visibleCommands(command)
  const own: PlannedCommand = {
    path: path.join(' '),
    options: help.visibleOptions(command).map(plannedOption),
    subcommands: subcommands.map(each => ({
      name: each.name(),
      about: each.summary() || each.description()
    })),
    argument: argumentOf(command)
  }
  const names = subcommands.map(each => each.name()).filter(name => name !== 'help')
  return [
    own,
    ...subcommands.flatMap(each => (each.name() === 'help' ? [helpOf(path, names)] : plan(each, path)))
  ]
}

/** `help` takes what stands beside it. */
function helpOf(path: readonly string[], words: readonly string[]): PlannedCommand {
  const argument = { kind: 'words', words } as const
  return { path: [...path, 'help'].join(' '), options: [], subcommands: [], argument }
}

function plannedOption(option: Option): PlannedOption {
  const names = [option.short, option.long].filter(name => name !== undefined && name !== null)
  const takesValue = option.required || option.optional
  return {
    names,
    about: option.description,
    value: takesValue
      ? valueOf(option.flags, option.argChoices ?? wordsOf.get(option.long ?? ''))
      : undefined,
    takesMany: option.variadic
  }
}

function argumentOf(command: Command): Value {
  if (command.name() === 'schema') return { kind: 'words', words: schemaNames() }
  const arguments_: readonly Argument[] = command.registeredArguments
  const values = arguments_.map(each => valueOf(`<${each.name()}>`, each.argChoices))
  return values[0] ?? { kind: 'text' }
}

function valueOf(flags: string, words: readonly string[] | undefined): Value {
  if (words !== undefined) return { kind: 'words', words }
  if (filePlaceholder.test(flags)) return { kind: 'files' }
  return directoryPlaceholder.test(flags) ? { kind: 'directories' } : { kind: 'text' }
}

/** What follows a word on the way to the cursor, as `path word`: three closed lists, the same for every shell. */
export interface Steps {
  /** Options with one value. */
  readonly one: readonly string[]
  /** Options with several. */
  readonly many: readonly string[]
  /** Subcommands. */
  readonly down: readonly string[]
}

export function stepsOf(commands: readonly PlannedCommand[]): Steps {
  const taking = (isMany: boolean): readonly string[] =>
    commands.flatMap(({ path, options }) =>
      options
        .filter(each => each.value !== undefined && each.takesMany === isMany)
        .flatMap(({ names }) => names.map(name => `${path} ${name}`))
    )
  const down = commands.flatMap(({ path, subcommands }) => subcommands.map(({ name }) => `${path} ${name}`))
  return { one: taking(false), many: taking(true), down }
}

/** The values of all options that have any to propose, as `path option`, those with the same ones together. */
export function valuesOf(
  commands: readonly PlannedCommand[]
): readonly { readonly at: readonly string[]; readonly value: Value }[] {
  const groups = new Map<string, { at: string[]; value: Value }>()
  for (const { path, options } of commands) {
    for (const { names, value } of options) {
      if (value === undefined || value.kind === 'text') continue
      const key = JSON.stringify(value)
      const group = groups.get(key) ?? { at: [], value }
      groups.set(key, group)
      group.at.push(...names.map(name => `${path} ${name}`))
    }
  }
  return [...groups.values()]
}
