/**
 * `npm run docs`: puts the site together, builds it into dist/site, and follows every link and anchor of what came out. It needs no
 * network. With `--serve` it then shows the site on loopback.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build, serve } from 'vitepress'
import { writeApi } from './site/api.ts'
import { builtProblems } from './site/built.ts'
import { pages } from './site/pages.ts'
import { sidebar } from './site/sidebar.ts'
import { stage } from './site/stage.ts'

const { values: options } = parseArgs({ options: { serve: { type: 'boolean' }, port: { type: 'string' } } })
const dist = join(import.meta.dirname, '..', 'dist')
const staged = join(dist, 'pages')
const site = join(dist, 'site')
const began = performance.now()

const all = pages()
const problems = stage(all, staged)
const api = await writeApi(staged)
writeFileSync(join(staged, '.vitepress', 'sidebar.json'), JSON.stringify(sidebar(all, api)))
rmSync(site, { recursive: true, force: true })
await build(staged, { outDir: site })

problems.push(...builtProblems(site))
for (const problem of problems) console.error(problem)
console.log(
  `docs: ${all.length} pages and ${api.size} of exports in ${((performance.now() - began) / 1000).toFixed(0)} s, in apps/docs/dist/site`
)
if (problems.length > 0) {
  console.error(`docs: ${problems.length} links or numbers lead nowhere`)
  process.exitCode = 1
} else if (options.serve === true) {
  await serve({ root: staged, port: Number(options.port ?? 4173) })
}
