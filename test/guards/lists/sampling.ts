/** Rules of peer sampling: what attackers must not gain by pushing, claiming ages, or owning many names. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const policies = ['sampling/policies', 'sampling/contract', 'sampling/figures', 'hop-claims', 'settling']
const attacks = [
  ...policies,
  '/packages/sim/test/engine-attacks.test.ts',
  '/packages/sim/test/threats.test.ts'
]
const names = ['namespace', 'namespace-places', 'settling', 'namespace.property', 'sampling/policies']

export const sampling: readonly Listed[] = area('packages/core', [
  {
    name: 'a message of too many refused peers is refused',
    threat: 'T6',
    file: 'sampling/crowding.ts',
    find: 'if (refused > mostRefused * judged) return true',
    replace: '',
    tests: attacks
  },
  {
    name: 'a message of peers that are pushed is refused',
    threat: 'T4',
    file: 'sampling/seen.ts',
    find: 'return usual > 0 && sum >',
    replace: 'return usual < 0 && sum >',
    tests: attacks
  },
  {
    name: 'a peer that is pushed is refused',
    threat: 'T4',
    file: 'sampling/policies/balanced.ts',
    find: ' && !this.#crowding.isRefused(place))',
    replace: ')',
    tests: attacks
  },
  {
    name: 'a group that is pushed is refused',
    threat: 'T6',
    file: 'sampling/crowding.ts',
    find: '(this.#isTooOften(count, most) || this.#isTooOften(ofGroup, mostOfGroup))',
    replace: 'this.#isTooOften(count, most)',
    tests: attacks
  },
  {
    name: 'a crowded peer of the view leaves it',
    threat: 'T4',
    file: 'sampling/policies/balanced.ts',
    find: 'if (this.#crowding.refuses(node, views.peers[at]!)) this.#drop(node, at)',
    replace: '',
    tests: attacks
  },
  {
    name: 'a wary node takes no short messages',
    threat: 'T4',
    file: 'sampling/policies/balanced.ts',
    find: 'if (this.#options.wary && isFull && received.count <',
    replace: 'if (this.#options.wary && isFull && received.count < -1 *',
    tests: attacks
  },
  {
    name: 'slots rank groups before peers',
    threat: 'T6',
    file: 'sampling/policies/balanced.ts',
    find: 'this.#options.slots, peers, rng, true)',
    replace: 'this.#options.slots, peers, rng, false)',
    tests: attacks
  },
  {
    name: 'nobody foretells the rank of a peer',
    threat: 'T4',
    file: 'sampling/slots.ts',
    find: 'this.#seeds[at] = this.#rng()',
    replace: 'this.#seeds[at] = 0',
    tests: attacks
  },
  {
    name: 'some partners come from places that pushing cannot touch',
    threat: 'T4',
    file: 'sampling/policies/balanced.ts',
    find: 'if (slots > 0 && views.rounds[node]! >= youth && chance(rng, trusted))',
    replace: 'if (slots > 0 && views.rounds[node]! < 0 && chance(rng, trusted))',
    tests: attacks
  },
  {
    name: 'a node answers so many a round',
    threat: 'T5',
    file: 'sampling/policies/balanced.ts',
    find: 'if (callers.isBusy(node)) return false',
    replace: '',
    tests: attacks
  },
  {
    name: 'the buried do not come back into slots',
    threat: 'T2',
    file: 'sampling/policies/balanced.ts',
    find: 'if (kind !== mark.barred) this.#slots.offer',
    replace: 'if (kind < 9) this.#slots.offer',
    tests: attacks
  },
  {
    name: 'who is only remembered does not come into a view',
    threat: 'T7',
    file: 'sampling/policies/balanced.ts',
    find: 'if (received.hops[place]! >= limits.memoryHop) continue',
    replace: '',
    tests: [...names, ...policies]
  },
  {
    name: 'who is only remembered does not come into a merged view',
    threat: 'T7',
    file: 'sampling/sampling.ts',
    find: 'if (hop < limits.memoryHop) {',
    replace: 'if (hop >= 0) {',
    tests: [...names, ...policies]
  },
  {
    name: 'hearsay does not put the buried into memory',
    threat: 'T2',
    file: 'sampling/sampling.ts',
    find: 'return isFree && peer !== node && !this.#tombstones.has(node, peer)',
    replace: 'return isFree && peer !== node',
    tests: [...names, ...policies]
  },
  {
    name: 'a shown hop fits its field',
    threat: 'T7',
    file: 'sampling/offer.ts',
    find: 'this.hops[this.count] = Math.min(hop, limits.maxHop)',
    replace: 'this.hops[this.count] = hop',
    tests: [...names, ...policies]
  },
  {
    name: 'a tombstone stands for its rounds',
    threat: 'T2',
    file: 'sampling/tombstones.ts',
    find: 'this.#until[at] = round + limits.tombstoneRounds',
    replace: 'this.#until[at] = round',
    tests: [...names, ...policies]
  },
  {
    name: 'the merge of casm does not bring back the buried',
    threat: 'T2',
    file: 'sampling/phases.ts',
    find: 'this.#tombstones.mark(node, marks, mark.barred)',
    replace: '',
    tests: [...policies, ...names]
  },
  {
    name: 'our own age decides who is protected',
    threat: 'T7',
    file: 'sampling/policies/casm.ts',
    find: "new Phases(ground, 'own')",
    replace: "new Phases(ground, 'hop')",
    tests: ['hop-claims', ...attacks]
  },
  {
    name: 'cyclon does not bring back the buried',
    threat: 'T2',
    file: 'sampling/policies/cyclon.ts',
    find: 'this.#tombstones.mark(node, this.#marks, mark.barred)',
    replace: '',
    tests: [...policies, ...names]
  },
  {
    name: 'memory keeps the lost while a split may last',
    threat: 'T9',
    file: 'sampling/memory.ts',
    find: 'if (silence <= limits.recoverySpan && (!isDue || this.isSplit(node))) return',
    replace: 'if (silence <= limits.recoverySpan && !isDue) return',
    tests: [...policies, ...names]
  }
])
