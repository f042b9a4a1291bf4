/**
 * Writes the book that Go wrote once more, as ours, so that the Go program beside it can say what it makes of that:
 *
 *     node --conditions=@pex/source test/rewrite.ts && (cd test/go && go run . read ../vectors/rewritten.json)
 */
import { writeFileSync } from 'node:fs'
import { addrbookJson } from '@pex/address-book'
import { goBook, vector } from './world.ts'

writeFileSync(vector('rewritten.json'), addrbookJson.write(goBook().snapshot()))
