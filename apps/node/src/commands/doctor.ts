/** `pex doctor`: says what is wrong with a host, its machine and its settings, and how to mend it. */
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { lastLine, linesOf, paintFor, tallyOf } from '../doctor/text.ts'
import { printJson, printLine, remark, terminalWidth } from '../output.ts'
import type { Flags } from '../sources.ts'

export interface DoctorOptions extends Flags {
  readonly json?: boolean
}

/** What takes longer says so, ms. */
const patienceMs = 1_000

export async function doctor({ json, ...flags }: DoctorOptions): Promise<number> {
  const isPlain = json === true
  const paint = paintFor(process.stdout.isTTY, process.env)
  const width = terminalWidth()
  // Bounded by the settings: so many addresses, so many findings.
  const findings: Finding[] = []
  const waiting = new Waiting()
  try {
    for await (const finding of examine({ flags, env: process.env, onArea: area => waiting.begin(area) })) {
      waiting.end()
      findings.push(finding)
      if (isPlain) printJson({ event: 'finding', at: Date.now(), ...finding })
      else for (const line of linesOf(finding, paint, width)) printLine(line)
    }
  } finally {
    waiting.end()
  }
  const tally = tallyOf(findings)
  if (isPlain) printJson({ event: 'done', at: Date.now(), ...tally })
  else printLine(lastLine(tally))
  return tally.wrong > 0 ? 1 : 0
}

/** Says on standard error what is being waited for: a line that vanishes where somebody watches. */
class Waiting {
  #timer: NodeJS.Timeout | undefined
  #isShown = false

  begin(area: string): void {
    this.end()
    const text = `still looking at ${area} …`
    this.#timer = setTimeout(() => {
      this.#isShown = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
      if (this.#isShown) process.stderr.write(`\r\u001B[2K${text}`)
      else remark(text)
    }, patienceMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    if (this.#isShown) process.stderr.write('\r\u001B[2K')
    this.#isShown = false
  }
}
