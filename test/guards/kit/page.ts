/** The table of docs/MUTATION.md, from the verdicts of a run. */
import type { Listed } from './guard.ts'
import { isCaught } from './judge.ts'
import type { Judged } from './judge.ts'

const BEGIN = '<!-- verdicts: written by npm run mutate -->'
const END = '<!-- end of the verdicts -->'

/** The page with a new table; a guard without a verdict says so. */
export function pageOf(page: string, guards: readonly Listed[], verdicts: readonly Judged[]): string {
  const found = new Map(verdicts.map(verdict => [verdict.name, verdict]))
  const judged = guards.flatMap(({ name }) => found.get(name) ?? [])
  const noticed = judged.filter(isCaught).length
  const open = guards.length - judged.length
  const table = [
    `${guards.length} guards: ${judged.length} broken, ${noticed} of them noticed${open > 0 ? `, ${open} not tried yet` : ''}.`,
    '',
    '| Threat | Guard | File | Red in | Took |',
    '| --- | --- | --- | --- | --- |',
    ...guards.map(guard => rowOf(guard, found.get(guard.name)))
  ].join('\n')
  return `${page.slice(0, page.indexOf(BEGIN) + BEGIN.length)}\n\n${table}\n\n${page.slice(page.indexOf(END))}`
}

function rowOf({ threat, name, file }: Listed, verdict: Judged | undefined): string {
  const place = file.replace('/src/', ' ').replace(/^\w+\//, '')
  const cells =
    verdict === undefined ? ['not tried', ''] : [whereOf(verdict), `${(verdict.ms / 1_000).toFixed(1)} s`]
  return `| ${[threat, name, `\`${place}\``, ...cells].join(' | ')} |`
}

function whereOf({ verdict, where }: Judged): string {
  return verdict === 'killed' && where !== undefined ? `\`${where.replace(/^.*\/test\//, '')}\`` : verdict
}
