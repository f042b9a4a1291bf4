/** The completion script for fish. */
import { stepsOf, valuesOf } from './plan.ts'
import type { PlannedCommand, Value } from './plan.ts'

export function fish(commands: readonly PlannedCommand[]): string {
  const { one, many, down } = stepsOf(commands)
  return `# Completion of pex for fish. Now: pex completion fish | source
# For good: pex completion fish > ~/.config/fish/completions/pex.fish
function __pex_propose
    set -l tokens (commandline -opc)
    set -l cur (commandline -ct)
    set -l at pex
    set -l option ''
    set -l many ''
    set -l start ''
    set -e tokens[1]
    for word in $tokens
        switch "$at $word"
            case ${patterns(one)}
                set option $word
                set many ''
            case ${patterns(many)}
                set option $word
                set many 1
            case "$at -*"
                set option ''
            case '*'
                if test -n "$option"
                    test -n "$many"; or set option ''
                else
                    switch "$at $word"
                        case ${patterns(down)}
                            set at "$at $word"
                    end
                end
        end
    end
    if string match -qr '^--[^=]+=' -- $cur
        set option (string split -m1 = -- $cur)[1]
        set start "$option="
    else if string match -q -- '-*' $cur
        switch "$at"
${commands
  .filter(({ options }) => options.length > 0)
  .map(each => `            case ${quoted(each.path)}\n${lines(optionsOf(each), 16)}`)
  .join('\n')}
        end
        return
    end
    if test -n "$option"
        switch "$at $option"
${valuesOf(commands)
  .map(({ at, value }) => `            case ${patterns(at)}\n${proposal(value)}`)
  .join('\n')}
        end
    else
        switch "$at"
${commands
  .filter(({ subcommands, argument }) => subcommands.length > 0 || argument.kind !== 'text')
  .map(each => `            case ${quoted(each.path)}\n${argumentsOf(each)}`)
  .join('\n')}
        end
    end
end

complete -c pex -f -a '(__pex_propose)'
`
}

type Proposed = readonly [word: string, about: string]

function optionsOf({ options }: PlannedCommand): readonly Proposed[] {
  return options.flatMap(({ names, about }) => names.map(name => [name, about] as const))
}

function argumentsOf({ subcommands, argument }: PlannedCommand): string {
  if (subcommands.length === 0) return proposal(argument)
  return lines(
    subcommands.map(({ name, about }) => [name, about] as const),
    16
  )
}

function proposal(value: Value): string {
  const indent = ' '.repeat(16)
  switch (value.kind) {
    case 'words':
      return `${indent}printf '%s\\n' "$start"${braced(value.words)}`
    case 'files':
      return `${indent}__fish_complete_path (string replace -- "$start" '' $cur) | string replace -r -- '^' "$start"`
    case 'directories':
      return `${indent}__fish_complete_directories (string replace -- "$start" '' $cur) | string replace -r -- '^' "$start"`
    case 'text':
      return `${indent}true`
  }
}

/** Words, or one, behind whatever stands before them. */
function braced(words: readonly string[]): string {
  const texts = words.map(quoted)
  return texts.length === 1 ? texts[0]! : `{${texts.join(',')}}`
}

/** One call for each word, with what it is about behind a tab. */
function lines(proposed: readonly Proposed[], indent: number): string {
  return proposed
    .map(([word, about]) => `${' '.repeat(indent)}printf '%s\\t%s\\n' ${quoted(word)} ${quoted(about)}`)
    .join('\n')
}

function patterns(texts: readonly string[]): string {
  return texts.map(quoted).join(' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
