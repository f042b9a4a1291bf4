/** `pex schema`: the JSON Schemas of what `--json` prints, as they are published. */
import { Failure, oneLine } from '../failure.ts'
import { printLine } from '../output.ts'
import { schemaNames, schemaText } from '../schemas/files.ts'

export async function schema(name: string | undefined): Promise<number> {
  const names = schemaNames()
  if (name === undefined) for (const each of names) printLine(each)
  else if (names.includes(name)) process.stdout.write(schemaText(name))
  else {
    const message = `there is no schema "${oneLine(name)}"`
    throw new Failure('PEX_USAGE', message, `one of ${names.join(', ')}`)
  }
  return 0
}
