/** Dials: whom a host can be made to call, and how often. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const cap = ['victim-cap']
const halfOpen = ['half-open', '/packages/switch/test/door.test.ts']
const dials = ['dial', 'dial-again', 'swarm', 'pool']

export const swarm: readonly Listed[] = area('packages/swarm', [
  {
    name: 'a place is called once in a while',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: "if (this.#recent(atPlace, now).length > 0) return 'it has been dialled a short while ago'",
    replace: '',
    tests: cap
  },
  {
    name: 'an address is called for two peers',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: 'if (others(atIp) >= IDS_PER_IP || others(atNetwork) >= IDS_PER_NETWORK)',
    replace: 'if (others(atNetwork) >= IDS_PER_NETWORK)',
    tests: cap
  },
  {
    name: 'a network is called for four peers',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: 'if (others(atIp) >= IDS_PER_IP || others(atNetwork) >= IDS_PER_NETWORK)',
    replace: 'if (others(atIp) >= IDS_PER_IP)',
    tests: cap
  },
  {
    name: 'new places share a budget',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: "return this.#hasToken(now) ? undefined : 'too many new places are being tried'",
    replace: 'return undefined',
    tests: cap
  },
  {
    name: 'a place where nobody was is left alone',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: "if (now < Math.max(atPlace?.until ?? 0, atIp?.until ?? 0)) return 'nobody was there lately'",
    replace: '',
    tests: cap
  },
  {
    name: 'a place that several claim is left alone',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: "if (now < (this.#named.get(place)?.until ?? 0)) return 'several peers say that they are there'",
    replace: '',
    tests: cap
  },
  {
    name: 'a proved place that fails is left alone',
    threat: 'T18',
    file: 'victim-cap.ts',
    find: "return now < proof.until ? 'it has failed several times' : undefined",
    replace: 'return undefined',
    tests: cap
  },
  {
    name: 'the cap of victims is asked',
    threat: 'T18',
    file: 'dial-worker.ts',
    find: 'const capped = isVouched(known) ? undefined : cap?.take(this.#backoffKey(address), at, now)',
    replace: 'const capped = isVouched(known) ? undefined : cap && undefined',
    tests: ['victim-cap', ...dials]
  },
  {
    name: 'who failed is not called at once',
    threat: 'T18',
    file: 'dial-worker.ts',
    find: 'if (!forced && backoff.isWaiting(this.#backoffKey(address), address, now))',
    replace: 'if (!forced && now < -1)',
    tests: dials
  },
  {
    name: 'waits after failures are bounded',
    threat: 'T3',
    file: 'backoff.ts',
    find: 'const wait = Math.min(this.#grow(tries), this.#maxMs)',
    replace: 'const wait = this.#grow(tries)',
    tests: ['backoff']
  },
  {
    name: 'addresses that failed are bounded',
    threat: 'T27',
    file: 'backoff.ts',
    find: 'new BoundedMap<string, Failure>(MAX_ADDRESSES)',
    replace: 'new BoundedMap<string, Failure>(1e9)',
    tests: ['backoff']
  },
  {
    name: 'peers that failed are bounded',
    threat: 'T27',
    file: 'backoff.ts',
    find: 'new BoundedMap(init.maxPeers ?? 4_096)',
    replace: 'new BoundedMap(1e9)',
    tests: ['backoff']
  },
  {
    name: 'dials of one peer are bounded',
    threat: 'T25',
    file: 'limiter.ts',
    find: 'if (peer.used >= this.maxPerPeer) peer.waiting.push(job)',
    replace: 'if (peer.used < 0) peer.waiting.push(job)',
    tests: ['limiter']
  },
  {
    name: 'dials that take a descriptor are bounded',
    threat: 'T25',
    file: 'limiter.ts',
    find: 'else if (this.#descriptors >= this.maxDescriptors) this.#waiting.push(job)',
    replace: 'else if (this.#descriptors < 0) this.#waiting.push(job)',
    tests: ['limiter']
  },
  {
    name: 'a network that lets nothing through is noticed',
    threat: 'T18',
    file: 'black-hole.ts',
    find: 'if (this.#results.length >= this.#window) this.#blocked = successes < this.#minSuccesses',
    replace: '',
    tests: ['backoff', ...dials]
  },
  {
    name: 'who answers a dial is who was meant',
    threat: 'T1',
    file: 'dial-address.ts',
    find: 'if (peer === undefined || found === peer) return { raw }',
    replace: 'if (peer === undefined || found !== "") return { raw }',
    tests: dials
  },
  {
    name: 'a host does not dial itself',
    threat: 'T18',
    file: 'targets.ts',
    find: "return refuse('PEX_FILTERED', 'this host listens there itself')",
    replace: 'return undefined',
    tests: dials
  },
  {
    name: 'addresses of a dial are bounded',
    threat: 'T18',
    file: 'targets.ts',
    find: 'addresses.slice(0, MAX_ADDRESSES)',
    replace: 'addresses.slice(0)',
    tests: dials
  },
  {
    name: 'what a name stands for is bounded',
    threat: 'T18',
    file: 'targets.ts',
    find: 'sift(found.flat().slice(0, MAX_ADDRESSES))',
    replace: 'sift(found.flat())',
    tests: dials
  },
  {
    name: 'what a name stands for is judged',
    threat: 'T19',
    file: 'targets.ts',
    find: 'if (!isVouched && !scope.allows(at))',
    replace: 'if (!isVouched && !scope.allows(at) && at === address)',
    tests: dials
  },
  {
    name: 'addresses out of scope are refused by the swarm',
    threat: 'T19',
    file: 'targets.ts',
    find: 'if (!isVouched && !scope.allows(at))',
    replace: 'if (!isVouched && at === "")',
    tests: dials
  },
  {
    name: 'link-local addresses are not dialled',
    threat: 'T19',
    file: 'targets.ts',
    find: "if (placeOf(at).class === 'link-local') return refuse('PEX_FILTERED', 'it is link-local')",
    replace: '',
    tests: dials
  },
  {
    name: 'the gater is asked about an address',
    threat: 'T25',
    file: 'targets.ts',
    find: "if (gater.addressDial?.(peer, address) === false) return refuse('PEX_GATED', 'the gater refuses it')",
    replace: '',
    tests: dials
  },
  {
    name: 'a connection to ourselves is closed',
    threat: 'T1',
    file: 'swarm.ts',
    find: ': reached.peer === self',
    replace: ': reached.peer === ""',
    tests: dials
  },
  {
    name: 'the gater is asked about a connection',
    threat: 'T25',
    file: 'swarm.ts',
    find: ': this.#gater.upgraded?.(direction, reached) === false',
    replace: ': this.#gater.upgraded?.(direction, reached) === null',
    tests: dials
  },
  {
    name: 'half-open calls are bounded',
    threat: 'T25',
    file: 'half-open.ts',
    find: 'if (this.#size >= this.#max) this.shed()',
    replace: '',
    tests: halfOpen
  },
  {
    name: 'half-open calls of one address are bounded',
    threat: 'T25',
    file: 'half-open.ts',
    find: 'if ((this.#groups.get(caller.group)?.get(caller.host)?.size ?? 0) >= this.#maxPerHost) return undefined',
    replace: '',
    tests: halfOpen
  },
  {
    name: 'half-open calls of one IPv6 network are counted together',
    threat: 'T25',
    file: 'half-open.ts',
    find: "return { host: words.slice(0, 4).join(':'),",
    replace: "return { host: words.join(':'),",
    tests: halfOpen
  },
  {
    name: 'a flood of half-open calls makes room at its own cost',
    threat: 'T25',
    file: 'half-open.ts',
    find: 'const crowd = largest(this.#groups.values(), sizeOf)',
    replace: 'const [crowd] = this.#groups.values()',
    tests: halfOpen
  }
])
