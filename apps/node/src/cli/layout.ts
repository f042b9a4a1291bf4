/**
 * How a help looks: as wide as the terminal, what an option does below its name where there is no room beside it, and colours only where
 * somebody sees them.
 */
import { Help } from 'commander'
import type { Command, Option } from 'commander'
import { painter } from '../paint.ts'

/** Of a pipe, and of a terminal that does not say. */
const usualWidth = 80
/** Room for less than this beside a name makes a column that nobody likes to read. Guess. */
const leastBeside = 36
/** Words that stand below their name are moved in by so much. */
const indent = '      '

/** Whether standard output takes colours, and its user wants them (no-color.org). */
export function hasColours(): boolean {
  const { env, stdout } = process
  return stdout.isTTY && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === ''
}

/** Commander takes the colours out again where there are to be none. */
const paint = painter({})

/** What commander is told about every command. */
export const layout: Partial<Help> = {
  minWidthToWrap: 20,
  styleTitle: title => paint(title, 'bold'),
  styleOptionTerm: term => paint(term, 'cyan'),
  styleSubcommandTerm: term => paint(term, 'cyan'),
  styleArgumentTerm: term => paint(term, 'cyan'),
  subcommandTerm: command =>
    [command.name(), ...command.registeredArguments.map(each => nameOf(each.name(), each))].join(' '),
  optionDescription: describe,
  formatItem(this: Help, term, termWidth, description, helper) {
    const width = this.helpWidth ?? usualWidth
    if (description === '' || width - termWidth - 4 >= leastBeside)
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper)
    const below = helper.boxWrap(description, width - indent.length).replaceAll('\n', `\n${indent}`)
    return `  ${term}\n${indent}${below}`
  }
}

function nameOf(name: string, { required, variadic }: { required: boolean; variadic: boolean }): string {
  const whole = variadic ? `${name}...` : name
  return required ? `<${whole}>` : `[${whole}]`
}

/** Words of our own for what is a must, and for what is taken where nothing is said. */
function describe({ description, mandatory, required, defaultValue }: Option): string {
  if (mandatory) return `${description} (required)`
  if (!required || defaultValue === undefined) return description
  return `${description} (default: ${[defaultValue].flat().join(' ')})`
}

/** A text below a help: its lines as wide as the terminal, but for command lines, which stay as one types them. */
export function wrap(text: string, command: Command): string {
  const width = command.configureOutput().getOutHelpWidth?.() ?? usualWidth
  const helper = command.createHelp()
  return text
    .split('\n')
    .map(line => {
      if (line.startsWith('  # '))
        return paint(`  # ${helper.boxWrap(line.slice(4), width - 4).replaceAll('\n', '\n  # ')}`, 'dim')
      return line.startsWith('  ') ? line : helper.boxWrap(line, width)
    })
    .join('\n')
    .replace(/^Examples:$/m, title => paint(title, 'bold'))
}
