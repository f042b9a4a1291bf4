/** The completion script for bash, from version 3.2 on, with nothing needed beside it. */
import { stepsOf, valuesOf } from './plan.ts'
import type { PlannedCommand, Value } from './plan.ts'

export function bash(commands: readonly PlannedCommand[]): string {
  const { one, many, down } = stepsOf(commands)
  const options = commands.filter(each => each.options.length > 0)
  return `# Completion of pex for bash. Now: source <(pex completion bash)
# For good: pex completion bash > ~/.local/share/bash-completion/completions/pex
_pex_files() {
  compopt -o filenames 2>/dev/null
  local each
  while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen "$1" -- "$2")
}

_pex() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" at=pex option= many= word= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ $word == '=' ]] && continue
    case "$at $word" in
      ${patterns(one)}) option=$word many= ;;
      ${patterns(many)}) option=$word many=1 ;;
      "$at "-*) option= ;;
      *)
        if [[ -n $option ]]; then
          [[ -n $many ]] || option=
        else
          case "$at $word" in
            ${patterns(down)}) at="$at $word" ;;
          esac
        fi
        ;;
    esac
  done
  [[ $cur == '=' ]] && cur=
  if [[ $cur == -* ]]; then
    case "$at" in
${options.map(each => `      ${quoted(each.path)}) words=${quoted(namesOf(each))} ;;`).join('\n')}
    esac
  elif [[ -n $option ]]; then
    case "$at $option" in
${valuesOf(commands)
  .map(({ at, value }) => `      ${patterns(at)}) ${proposal(value)} ;;`)
  .join('\n')}
    esac
  else
    case "$at" in
${commands
  .filter(hasArguments)
  .map(each => `      ${quoted(each.path)}) ${proposal(argumentsOf(each))} ;;`)
  .join('\n')}
    esac
  fi
  [[ -z $words ]] && return
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _pex pex
`
}

/** A command's arguments, or the subcommands in their place. */
function argumentsOf({ subcommands, argument }: PlannedCommand): Value {
  return subcommands.length > 0 ? { kind: 'words', words: subcommands.map(({ name }) => name) } : argument
}

function hasArguments(command: PlannedCommand): boolean {
  return argumentsOf(command).kind !== 'text'
}

function namesOf({ options }: PlannedCommand): string {
  return options.flatMap(({ names }) => names).join(' ')
}

function proposal(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `words=${quoted(value.words.join(' '))}`
    case 'files':
      return '_pex_files -f "$cur"; return'
    case 'directories':
      return '_pex_files -d "$cur"; return'
    case 'text':
      return ':'
  }
}

function patterns(texts: readonly string[]): string {
  return texts.map(quoted).join(' | ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
