/** Messages of CometBFT's peer exchange, in the dialect `sei-url`. */
import { dialects } from '@pex/cometbft'
import { fuzzDialect } from '../kit/dialect.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => fuzzDialect(dialects['sei-url'])
