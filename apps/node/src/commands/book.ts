/** `pex book`: looks at the address books of CometBFT and libonomy, mends, merges and converts them. */
import { groupOfIp, parseIp } from '@pex/address-book'
import { checkAnswer, heading, reasons, rowOf, showAnswer, groupOf } from '../book/answer.ts'
import type { CheckAnswer, WrittenAnswer } from '../book/answer.ts'
import { converted } from '../book/convert.ts'
import { warnings } from '../book/finding.ts'
import type { WarningProblem } from '../book/finding.ts'
import { merged } from '../book/merge.ts'
import { placed, weeded } from '../book/mend.ts'
import type { Mended } from '../book/mend.ts'
import { readBook } from '../book/read.ts'
import { addrbook, peers } from '../book/types.ts'
import type { BookType, ReadBook, ReadEntry } from '../book/types.ts'
import { writeBook, writeText } from '../book/write.ts'
import { asFailure, Failure, oneLine } from '../failure.ts'
import { printFailure, printJson, printLine, terminalWidth } from '../output.ts'
import { fitted } from '../table.ts'

export interface ShowOptions {
  readonly tried?: boolean
  readonly fresh?: boolean
  readonly group?: string
  readonly json?: boolean
}

export interface CheckOptions {
  readonly strict?: boolean
  readonly json?: boolean
}

export interface MendOptions {
  readonly out?: string
  readonly drop?: readonly string[]
  readonly json?: boolean
}

export interface ConvertOptions extends MendOptions {
  readonly to: string
}

/** Lines of details for people, most: `--json` has them all. */
const mostLines = 100

/** `pex book show`: the entries of each file. */
export function show(files: readonly string[], options: ShowOptions): Promise<number> {
  const isWanted = wantedBy(options)
  return each(files, options.json === true, async (file, now) => {
    const book = await readBook(file, now)
    const answer = showAnswer(book, entry => isWanted(book, entry))
    if (options.json === true) return (printJson(answer), true)
    const { format, tried, fresh, banned, groups, entries } = answer
    const counts = `${tried + fresh} entries (${tried} tried, ${fresh} new) of ${groups} groups, ${banned} banned`
    printLine(`${file}: ${format}, ${counts}`)
    const rows = [heading, ...entries.map(entry => rowOf(entry, now))]
    if (entries.length > 0) for (const line of fitted(rows, { width: terminalWidth() })) printLine(line)
    if (book.findings.length > 0) printLine(`Not all is well with it: pex book check ${file}`)
    return true
  })
}

function wantedBy({ tried, fresh, group }: ShowOptions): (book: ReadBook, entry: ReadEntry) => boolean {
  if (tried === true && fresh === true)
    throw new Failure('PEX_USAGE', 'no entry is both tried and new', 'one of --tried and --new')
  const ip = group === undefined ? undefined : parseIp(group)
  return (book, entry) => {
    if (tried === true && !entry.known.isTried) return false
    if (fresh === true && entry.known.isTried) return false
    if (group === undefined) return true
    return groupOf(book, entry) === (ip === undefined ? group : groupOfIp(ip, book.type.routability))
  }
}

/** `pex book check`: what is wrong, line by line. */
export function check(files: readonly string[], options: CheckOptions): Promise<number> {
  return each(files, options.json === true, async (file, now) => {
    const answer = checkAnswer(await readBook(file, now))
    if (options.json === true) printJson(answer)
    else tellCheck(answer)
    return answer.errors === 0 && !(options.strict === true && answer.warnings > 0)
  })
}

function tellCheck({ file, format, entries, errors, warnings: doubts, findings }: CheckAnswer): void {
  for (const { line, where, problem, severity, message } of findings.slice(0, mostLines)) {
    const place = where === '' ? `${file}:${line}` : `${file}:${line}: ${where}`
    printLine(oneLine(`${place}: ${severity}: ${problem}: ${message}`))
  }
  if (findings.length > mostLines) printLine(`and ${findings.length - mostLines} more, which --json lists`)
  printLine(
    `${file}: ${format}, ${entries} entries, ${counted(errors, 'error')}, ${counted(doubts, 'warning')}`
  )
}

/** `pex book repair`: a sound book in the place of one that is not, or elsewhere. */
export function repair(files: readonly string[], options: MendOptions): Promise<number> {
  if (options.out !== undefined && files.length > 1)
    throw new Failure('PEX_USAGE', 'several books do not fit into one --out', 'pex book merge, or no --out')
  const drop = readDrop(options.drop)
  return each(files, options.json === true, async (file, now) => {
    const book = await readBook(file, now)
    const mended = placed(weeded(book, drop))
    const isSound = book.findings.every(({ severity }) => severity === 'warning') && mended.left.length === 0
    const out = isSound && options.out === undefined ? null : (options.out ?? file)
    const backup = out === null ? null : await writeBook(out, book.type, mended.snapshot, now)
    tell({ ...written([book], book.type.file, mended), out, backup }, options.json === true)
    return true
  })
}

/** `pex book merge`: several books as one. */
export async function merge(files: readonly string[], options: MendOptions): Promise<number> {
  const { out } = options
  if (out === undefined)
    throw new Failure('PEX_USAGE', 'the place for the merged book is missing', '--out <file>')
  const drop = readDrop(options.drop)
  const now = Date.now()
  const books: ReadBook[] = []
  for (const file of files) books.push(weeded(await readBook(file, now), drop))
  // Mixed formats become CometBFT's, to which a way leads.
  const type = books.every(book => book.type === peers) ? peers : addrbook
  const mended = placed(merged(books.map(book => converted(book, type))))
  const backup = await writeBook(out, type, mended.snapshot, now)
  tell({ ...written(books, type.file, mended), out, backup }, options.json === true)
  return 0
}

/** `pex book convert`: a book in the other format, or as lines of `id@ip:port`. */
export async function convert(file: string, options: ConvertOptions): Promise<number> {
  const { out = null, to } = options
  const type = readType(to)
  const now = Date.now()
  const book = weeded(await readBook(file, now), readDrop(options.drop))
  if (type === undefined) return convertToList(book, out, options.json === true, now)
  if (out === null)
    throw new Failure('PEX_USAGE', `the place for the ${type.file} is missing`, '--out <file>')
  const mended = placed(converted(book, type))
  const backup = await writeBook(out, type, mended.snapshot, now)
  tell({ ...written([book], type.file, mended), out, backup, addresses: null }, options.json === true)
  return 0
}

async function convertToList(
  book: ReadBook,
  out: string | null,
  isJson: boolean,
  now: number
): Promise<number> {
  const lines = book.entries.map(({ known }) => book.type.textOf(known.address))
  const whole = { kept: lines.length, moved: 0, left: book.left }
  const backup = out === null ? null : await writeText(out, lines.map(line => `${line}\n`).join(''), now)
  if (out === null && !isJson) for (const line of lines) printLine(line)
  else
    tell({ ...written([book], 'list', whole), out, backup, addresses: out === null ? lines : null }, isJson)
  return 0
}

function written(
  books: readonly ReadBook[],
  format: string,
  { kept, moved, left }: Pick<Mended, 'kept' | 'moved' | 'left'>
): Omit<WrittenAnswer, 'out' | 'backup'> {
  const read = books.reduce((sum, { count }) => sum + count, 0)
  return { files: books.map(({ path }) => path), format, read, kept, moved, left }
}

function tell(answer: WrittenAnswer, isJson: boolean): void {
  if (isJson) return printJson(answer)
  const { files, out, backup, read, kept, moved, left } = answer
  // That one id stands in several books is what they are merged for: the count will do.
  const told = files.length > 1 ? left.filter(({ why }) => why !== 'duplicate-id') : left
  for (const { file, line, where, why } of told.slice(0, mostLines))
    printLine(`${file}:${line}: ${where}: left out: ${why}`)
  if (told.length > mostLines) printLine(`and ${told.length - mostLines} more, which --json lists`)
  if (out === null) return printLine(`${files.join(' ')}: nothing to mend, nothing written`)
  const why = left.length === 0 ? '' : ` (${reasons(left)})`
  printLine(
    `wrote ${out}: ${kept} of ${read} entries, ${left.length} left out${why}, ${moved} in another bucket`
  )
  if (backup !== null) printLine(`kept what was there as ${backup}`)
}

/** Goes through all files, also behind one that cannot be read. */
async function each(
  files: readonly string[],
  isJson: boolean,
  go: (file: string, now: number) => Promise<boolean>
): Promise<number> {
  let isFine = true
  for (const file of files) {
    try {
      isFine = (await go(file, Date.now())) && isFine
    } catch (error) {
      printFailure(asFailure(error), isJson)
      isFine = false
    }
  }
  return isFine ? 0 : 1
}

function readDrop(names: readonly string[] = []): ReadonlySet<WarningProblem> {
  const wrong = names.find(name => !(warnings as readonly string[]).includes(name))
  if (wrong !== undefined)
    throw new Failure(
      'PEX_USAGE',
      `--drop "${oneLine(wrong)}" is no reason to drop an entry`,
      warnings.join(', ')
    )
  return new Set(names as readonly WarningProblem[])
}

/** Nothing for a list. */
function readType(to: string): BookType | undefined {
  if (to === 'list') return undefined
  const type = [addrbook, peers].find(({ name }) => name === to)
  if (type !== undefined) return type
  throw new Failure('PEX_USAGE', `--to "${oneLine(to)}" is no format`, 'addrbook, peers or list')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
