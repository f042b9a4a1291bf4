/** Every load, in the order of the page. */
import type { Benchmark } from '../figure.ts'
import { floods, hubs, minted, pins } from './attacks.ts'
import { connections } from './connections.ts'
import { faultMatrix } from './faults.ts'
import { streams } from './streams.ts'

export const loads: readonly Benchmark[] = [hubs, floods, minted, pins, streams, connections, faultMatrix]
