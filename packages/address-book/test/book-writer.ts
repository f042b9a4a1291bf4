/**
 * Saves one book after another until it is killed: the other half of `book-crash.test.ts`. `node book-writer.ts <place> <path>
 * <first>`; a line `n` says that book n is saved.
 */
import { places } from './numbered.ts'

const [name, path, first] = process.argv.slice(2) as [string, string, string]
const place = await places[name]!(path)
await place.load()
for (let n = Number(first); ; n++) {
  await place.save(n)
  await new Promise<void>(resolve => process.stdout.write(`${n}\n`, () => resolve()))
}
