// `npm run build`: every package to dist/, in the order of the dependency graph, unchanged ones from the cache.
import { run } from './lib/run.mjs'

const { status } = await run('turbo', ['run', 'build', ...process.argv.slice(2)], { stdio: 'inherit' })
process.exitCode = status
