/** The completion script for zsh: for `source`, and for a directory in `fpath` under the name `_pex`. */
import { stepsOf, valuesOf } from './plan.ts'
import type { PlannedCommand, Value } from './plan.ts'

export function zsh(commands: readonly PlannedCommand[]): string {
  const { one, many, down } = stepsOf(commands)
  return `#compdef pex
# Completion of pex for zsh. Now: source <(pex completion zsh)
# For good: pex completion zsh > a directory of $fpath, as _pex
_pex() {
  local cur=$words[CURRENT] at=pex option= many= word=
  local -a found
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case "$at $word" in
      (${patterns(one)}) option=$word many= ;;
      (${patterns(many)}) option=$word many=1 ;;
      ("$at "-*) option= ;;
      (*)
        if [[ -n $option ]]; then
          [[ -n $many ]] || option=
        else
          case "$at $word" in
            (${patterns(down)}) at="$at $word" ;;
          esac
        fi
        ;;
    esac
  done
  if [[ $cur == --*=* ]]; then
    option=\${cur%%=*}
    compset -P '*='
  elif [[ $cur == -* ]]; then
    case "$at" in
${commands
  .filter(({ options }) => options.length > 0)
  .map(each => `      (${quoted(each.path)}) found=(${optionsOf(each)}) ;;`)
  .join('\n')}
    esac
    _describe -o option found
    return
  fi
  if [[ -n $option ]]; then
    case "$at $option" in
${valuesOf(commands)
  .map(({ at, value }) => `      (${patterns(at)}) ${proposal(value)} ;;`)
  .join('\n')}
    esac
  else
    case "$at" in
${commands
  .filter(({ subcommands, argument }) => subcommands.length > 0 || argument.kind !== 'text')
  .map(each => `      (${quoted(each.path)}) ${argumentsOf(each)} ;;`)
  .join('\n')}
    esac
  fi
}

if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _pex "$@"
else
  compdef _pex pex
fi
`
}

function optionsOf({ options }: PlannedCommand): string {
  return options.flatMap(({ names, about }) => names.map(name => described(name, about))).join(' ')
}

function argumentsOf({ subcommands, argument }: PlannedCommand): string {
  if (subcommands.length === 0) return proposal(argument)
  return `found=(${subcommands.map(({ name, about }) => described(name, about)).join(' ')}); _describe command found`
}

function proposal(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `found=(${value.words.map(word => quoted(escaped(word))).join(' ')}); _describe value found`
    case 'files':
      return '_files'
    case 'directories':
      return '_files -/'
    case 'text':
      return ':'
  }
}

/** A word and what it is about, as `_describe` takes them: the first colon is between the two. */
function described(word: string, about: string): string {
  return quoted(`${escaped(word)}:${about}`)
}

function escaped(word: string): string {
  return word.replaceAll(':', String.raw`\:`)
}

function patterns(texts: readonly string[]): string {
  return texts.map(quoted).join(' | ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
