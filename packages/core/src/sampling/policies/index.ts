/**
 * The policies by name, each with its defaults.
 */
import type { Policy } from '../policy.ts'
import { balanced } from './balanced.ts'
import { basalt } from './basalt.ts'
import { brahms } from './brahms.ts'
import { casm } from './casm.ts'
import { cyclon } from './cyclon.ts'
import { healerSwapper } from './healer-swapper.ts'
import { open, trusted } from './presets.ts'

export const policies: Readonly<Record<string, () => Policy>> = {
  balanced: () => balanced(),
  basalt: () => basalt(),
  brahms: () => brahms(),
  casm: () => casm(),
  cyclon: () => cyclon(),
  'healer-swapper': () => healerSwapper(),
  open,
  trusted
}
