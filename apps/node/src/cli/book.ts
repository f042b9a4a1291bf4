/** What `pex book` takes, and its subcommands. */
import type { Command } from 'commander'
import { examples, prepare } from './help.ts'
import type { Done } from './help.ts'

const jsonText = 'print one JSON line for each file and nothing else; `pex schema` says what it holds'
const dropText =
  'leave out entries of which a check says that: unroutable, port-0, same-place, from-the-future, stale'

export function addBook(program: Command, done: Done): Command {
  const command = program
    .command('book')
    .summary('look at address books, mend and merge them')
    .description(
      "Reads CometBFT's addrbook.json and libonomy's peers.json, whichever it is, and also what is left of a file that was " +
        'cut off. Nothing is lost silently: what cannot be kept is named, with its line and the reason. Stop a node ' +
        'before its own book is written: it writes it again every two minutes.'
    )
    .addHelpText(
      'after',
      examples(
        [
          ['pex book check ~/.gaia/config/addrbook.json', 'what is wrong with it, line by line'],
          [
            'pex book merge a.json b.json --drop stale --out addrbook.json',
            'two books as one, without old entries'
          ],
          [
            'pex book convert addrbook.json --to list | pex probe -',
            'asks everybody in a book whether they are well'
          ]
        ],
        'Exit status: 0 done, 1 something is wrong with a file, 2 the command line is wrong.'
      )
    )
  for (const add of [addShow, addCheck, addRepair, addMerge, addConvert]) prepare(add(command, done))
  return command
}

function addShow(book: Command, done: Done): Command {
  return book
    .command('show')
    .argument('<files...>', 'address books')
    .summary('print the entries')
    .description(
      'Prints whom a book knows: address, tried or new, network group, failures, and the last times.'
    )
    .option('--tried', 'only those that proved good')
    .option('--new', 'only those that do not')
    .option('--group <group>', 'only those of one network group: its text, or an IP address in it')
    .option('--json', jsonText)
    .addHelpText('after', examples([['pex book show addrbook.json --tried', 'whom a node has met']]))
    .action(async (files: string[], { new: fresh, ...options }) =>
      done(await (await import('../commands/book.ts')).show(files, { ...options, fresh }))
    )
}

function addCheck(book: Command, done: Done): Command {
  return book
    .command('check')
    .argument('<files...>', 'address books')
    .summary('tell what is wrong')
    .description(
      'Tells line by line what is wrong: errors cost an entry, or change it; warnings are of entries that are sound and of ' +
        'little use. The status is 1 where there is an error.'
    )
    .option('--strict', 'a warning is as bad as an error')
    .option('--json', jsonText)
    .addHelpText(
      'after',
      examples([['pex book check addrbook.json --strict', 'for scripts: is it all well?']])
    )
    .action(async (files: string[], options) =>
      done(await (await import('../commands/book.ts')).check(files, options))
    )
}

function addRepair(book: Command, done: Done): Command {
  return book
    .command('repair')
    .argument('<files...>', 'address books')
    .summary('make sound books of them')
    .description(
      'Writes each book again without its errors, in its own place unless --out says where; what was there is kept beside ' +
        'it. Of two entries of one id the better one stays; who is in a wrong or overfull bucket is placed anew.'
    )
    .option('--out <file>', 'write it there')
    .option('--drop <problem...>', dropText)
    .option('--json', jsonText)
    .addHelpText(
      'after',
      examples([['pex book repair addrbook.json --drop stale', 'rid of everybody long gone']])
    )
    .action(async (files: string[], options) =>
      done(await (await import('../commands/book.ts')).repair(files, options))
    )
}

function addMerge(book: Command, done: Done): Command {
  return book
    .command('merge')
    .argument('<files...>', 'address books; the first one gives the key')
    .summary('make one book of several')
    .description(
      'Of several entries of one id the one wins that has proved good; then the one that answered last; then the one that was ' +
        'tried last; then the one with fewer failures; then the first. Bans of all hold. Mixed formats give an addrbook.json.'
    )
    .option('--out <file>', 'write it there (required)')
    .option('--drop <problem...>', dropText)
    .option('--json', jsonText)
    .addHelpText('after', examples([['pex book merge mine.json theirs.json --out both.json', 'both as one']]))
    .action(async (files: string[], options) =>
      done(await (await import('../commands/book.ts')).merge(files, options))
    )
}

function addConvert(book: Command, done: Done): Command {
  return book
    .command('convert')
    .argument('<file>', 'an address book')
    .summary('write it in another format')
    .description(
      'A peers.json can become an addrbook.json, since an id of CometBFT is a hash of the key that names a node there; there is ' +
        'no way back, and UDP ports are lost. A list has an id@ip:port a line, and goes to standard output without --out.'
    )
    .requiredOption('--to <format>', 'addrbook, peers or list')
    .option('--out <file>', 'write it there')
    .option('--drop <problem...>', dropText)
    .option('--json', jsonText)
    .addHelpText(
      'after',
      examples([['pex book convert peers.json --to addrbook --out addrbook.json', 'for CometBFT']])
    )
    .action(async (file: string, options) =>
      done(await (await import('../commands/book.ts')).convert(file, options))
    )
}
