/** For processes that tests start: modules that Node itself loads are mutated as well. Loaded with `--import`. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mutated } from './mutation.ts'

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.startsWith('file:')) return loaded
    const path = fileURLToPath(url)
    const source = mutated(path, () => readFileSync(path, 'utf8'))
    return source === undefined ? loaded : { ...loaded, source }
  }
})
