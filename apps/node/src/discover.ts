/**
 * The sources that a user names, checked before anything is started.
 */
import { parseDiscovery } from '@pex/discovery'
import { Failure, oneLine } from './failure.ts'

/** Fails with `PEX_USAGE` for a text that names no source. */
export function checkDiscover(texts: readonly string[], origin: string): void {
  for (const text of texts) {
    try {
      parseDiscovery(text)
    } catch (error) {
      const forms = 'lan, gradual, dns:<name>[:<port>] or crawl:<address>/<bits>:<port>'
      throw new Failure('PEX_USAGE', `${origin} "${oneLine(text)}" is no way to find peers`, forms, {
        cause: error
      })
    }
  }
}
