/**
 * Measures the restart after a flood (`eclipse.ts`) for attackers of many sizes, and writes the table of
 * docs/address-book.md and its curve; some ten minutes, from the root:
 *
 *     node --conditions=@pex/source packages/address-book/test/figures.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fill } from '../../../apps/bench/src/policies/page.ts'
import { svg } from '../../../apps/bench/src/charts/lines.ts'
import { attack, comets, ours } from './eclipse.ts'
import type { Attack, Outcome } from './eclipse.ts'

const sizes = [2, 8, 32, 64, 128, 256, 512]
const runs = { books: 4, boots: 250 }
const plans: readonly (Pick<Attack, 'dials' | 'rules' | 'isActive'> & { readonly name: string })[] = [
  { name: '`rules.pex`, told', ...ours, isActive: false },
  { name: '`rules.pex`, told and answering', ...ours, isActive: true },
  { name: '`rules.cometbft`, told', ...comets, isActive: false },
  { name: '`rules.cometbft`, told and answering', ...comets, isActive: true }
]

const root = new URL('../../../docs/', import.meta.url)
const page = new URL('address-book.md', root)
const measured = plans.map(plan => ({
  ...plan,
  outcomes: sizes.map(groups => attack({ ...plan, ...runs, groups }))
}))

const perCent = (share: number): string => `${(100 * share).toFixed(1)} %`
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (value: (outcome: Outcome) => string): string =>
  [
    row(['groups', ...sizes.map(String)]),
    row(['---', ...sizes.map(() => '--:')]),
    ...measured.map(({ name, outcomes }) => row([name, ...outcomes.map(value)]))
  ].join('\n')

writeFileSync(
  page,
  fill(readFileSync(page, 'utf8'), {
    eclipsed: table(({ eclipsed }) => perCent(eclipsed)),
    bad: table(({ bad }) => perCent(bad)),
    tried: table(({ honestTried }) => String(Math.round(honestTried)))
  })
)
writeFileSync(
  new URL('figures/eclipse.svg', root),
  svg({
    title: 'Restarts in which the first eight dials are all the attacker’s',
    x: {
      name: 'groups (/16) in which the attacker has its 65 536 addresses',
      ticks: sizes,
      isLogarithmic: true
    },
    y: { name: 'share of 1 000 restarts', ticks: [0, 0.2, 0.4, 0.6, 0.8], write: perCent },
    lines: measured.map(({ name, outcomes }) => ({
      name: name.replaceAll('`', '').replace('rules.', '').replace('told and answering', 'answering'),
      points: outcomes.map(({ eclipsed }, i) => [sizes[i]!, eclipsed] as const)
    }))
  })
)
