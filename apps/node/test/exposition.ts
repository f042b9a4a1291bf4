/** A strict reader of Prometheus' text format 0.0.4: what it takes, every scraper takes. */

export interface Family {
  readonly kind: string
  readonly help: string
  /** By name and labels as they stand in the line. */
  readonly samples: Map<string, number>
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const SAMPLE = new RegExp(
  `^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (NaN|[+-]Inf|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`
)
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count']
}

/** The families by name. Throws with the line that is wrong. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  let current: { name: string; help: string } | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const wrong = (why: string): Error => new Error(`${why}: ${line}`)
    const help = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(line)
    const type = new RegExp(`^# TYPE (${NAME}) (\\w+)$`).exec(line)
    if (help !== null) {
      if (families.has(help[1]!)) throw wrong('a second family of this name')
      current = { name: help[1]!, help: help[2]! }
    } else if (type !== null) {
      if (current === undefined || current.name !== type[1] || SUFFIXES[type[2]!] === undefined)
        throw wrong('a type out of place')
      families.set(current.name, { kind: type[2]!, help: current.help, samples: new Map() })
    } else {
      const sample = SAMPLE.exec(line)
      if (sample === null) throw wrong('no sample')
      const [, name, labels = '', value] = sample
      const family = current && families.get(current.name)
      if (!family || !SUFFIXES[family.kind]!.some(suffix => name === `${current!.name}${suffix}`))
        throw wrong('a sample out of place')
      if (family.samples.has(name! + labels)) throw wrong('a sample twice')
      const number = Number(value!.replace('Inf', 'Infinity'))
      if (family.kind === 'counter' && !(number >= 0)) throw wrong('a counter below 0')
      family.samples.set(name! + labels, number)
    }
  }
  return families
}
