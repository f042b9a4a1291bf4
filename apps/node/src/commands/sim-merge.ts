/** `pex sim merge`: the results of all parts of a sweep, as one. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { printJson, printLine, remark, terminalWidth } from '../output.ts'
import { mergeDirectories } from '../sim/merge-cells.ts'
import type { Merged, MergedCell } from '../sim/merge-cells.ts'
import { mergeReport } from '../sim/merge-report.ts'
import { mergeSummary } from '../sim/merge-text.ts'
import { placeFor, write } from '../sim/result-file.ts'

export interface MergeOptions {
  readonly out?: string
  readonly json?: boolean
}

/** Exit status 1: something is missing, or could not be taken. */
export function merge(directories: readonly string[], { out, json }: MergeOptions): number {
  const merged = mergeDirectories(directories)
  const { missing, problems } = merged
  const isPlain = json === true
  for (const { file, why } of problems) remark(`${file} ${why}`)
  if (isPlain) printJson(answerOf(merged))
  else for (const line of mergeSummary(merged, terminalWidth())) printLine(line)
  if (out !== undefined || !isPlain) {
    const path = out ?? join(mkdtempSync(join(tmpdir(), 'pex-sim-')), 'merge.html')
    const written = write(placeFor(dirname(path)), basename(path), mergeReport(merged))
    if (!isPlain) {
      printLine('')
      printLine(`wrote ${written}`)
    }
  }
  return missing === 0 && problems.length === 0 ? 0 : 1
}

function answerOf({ cells, results, missing, problems }: Merged): object {
  return { results, missing, cells: cells.map(cellAnswer), problems }
}

function cellAnswer({ cell, seeds, missing, spreads }: MergedCell): object {
  const { policy, nodes, viewSize: view, rounds, scenario } = cell
  return { policy, nodes, view, rounds, scenario, seeds, missing, figures: Object.fromEntries(spreads) }
}
