/** All benchmarks, the quick ones first. */
import type { Benchmark } from '../figure.ts'
import { broadcast } from './broadcast.ts'
import { casmGo } from './casm-go.ts'
import { crawl } from './crawl.ts'
import { cyclonOfNpm } from './cyclon-p2p.ts'
import { discovery } from './discovery.ts'
import { exchange } from './exchange.ts'
import { mconnection } from './mconnection.ts'
import { memory } from './memory.ts'
import { merge } from './merge.ts'
import { message } from './message.ts'
import { newscast } from './newscast.ts'
import { sampling } from './sampling.ts'
import { seenEnvelope } from './seen-envelope.ts'
import { simulator } from './simulator.ts'
import { spray } from './spray-wrtc.ts'
import { udp } from './udp.ts'

export const benchmarks: readonly Benchmark[] = [
  seenEnvelope,
  merge,
  message,
  exchange,
  udp,
  mconnection,
  crawl,
  casmGo,
  memory,
  sampling,
  broadcast,
  cyclonOfNpm,
  spray,
  newscast,
  simulator,
  discovery
]
