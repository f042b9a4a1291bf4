/**
 * One runner for every test of the workspace. The source condition makes `@pex/*` mean the sources, so that no test
 * waits for a build; it must be named twice, once for the browser's half of the resolver and once for Node's.
 */
import { defineConfig } from 'vitest/config'

const conditions = ['@pex/source', 'module', 'node']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages', 'apps', 'examples']
      .map(folder => `${folder}/*/test/**/*.test.ts`)
      .concat('test/**/*.test.ts'),
    // Real libp2p, LevelDB and child processes: a process of its own for each file, two at a time.
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--conditions=@pex/source'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { include: ['packages/*/src/**', 'apps/*/src/**'] }
  }
})
