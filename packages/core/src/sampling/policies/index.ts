/**
 * The policies by name, each with its defaults.
 */
import type { Policy } from '../policy.ts'

export const policies: Readonly<Record<string, () => Policy>> = {}
