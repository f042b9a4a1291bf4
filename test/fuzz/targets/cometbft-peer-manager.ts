/** The peer manager against any history of dials, calls and hearsay. */
import { PeerManager, peerRules } from '@pex/cometbft'
import type { NodeAddress } from '@pex/cometbft'
import { seeded } from '@pex/testkit'
import { must } from '../kit/oracle.ts'
import { randomBytes } from '../kit/inputs.ts'
import { Tape } from '../kit/tape.ts'
import type { Target } from '../kit/target.ts'

const idOf = (n: number): string => n.toString(16).padStart(40, '0')
const self = idOf(0)
const [persistent, unconditional] = [[idOf(1)], [idOf(2)]]

class World {
  readonly manager: PeerManager
  readonly #tape: Tape
  readonly #dialing = new Map<string, NodeAddress>()
  readonly connected = new Set<string>()
  now = 0

  constructor(tape: Tape) {
    this.#tape = tape
    const rules = tape.flag() ? peerRules.sei : peerRules.tm035
    this.manager = new PeerManager({
      id: self,
      rng: seeded(tape.byte()),
      rules,
      maxConnected: 3,
      maxConnectedUpgrade: 2,
      maxPeers: 6,
      maxOutgoing: 3,
      minRetryMs: 100,
      maxRetryMs: 2_000,
      maxRetryPersistentMs: 2_000,
      retryJitterMs: 50,
      disconnectCooldownMs: 100,
      persistent,
      unconditional,
      maxAddressesPerPeer: 3,
      maxIdsPerPlace: 2
    })
  }

  step(): void {
    const { manager, now } = this
    const tape = this.#tape
    const id = idOf(tape.below(14))
    const port = tape.below(6)
    const address: NodeAddress = {
      protocol: tape.pick(['mconn', 'tcp', 'memory']),
      id,
      host: port === 0 ? '' : '10.0.0.1',
      port,
      path: ''
    }
    switch (tape.below(13)) {
      case 0:
      case 1:
        manager.add(address, now, tape.below(4) === 0 ? undefined : idOf(100 + tape.below(2)))
        return
      case 2:
      case 3:
        return this.#dialNext()
      case 4:
        return this.#dialEnds()
      case 5:
        if (manager.accepted(id, now) === undefined) this.connected.add(id)
        return
      case 6:
        manager.disconnected(id, now)
        this.connected.delete(id)
        return
      case 7:
        return manager.ready(id, [0])
      case 8: {
        const evicted = manager.evictNext()
        must(evicted === undefined || this.connected.has(evicted), 'somebody is sent away who is not there')
        return
      }
      case 9:
        return manager.misbehaved(id, { isFatal: tape.flag() })
      case 10:
        return tape.flag() ? manager.good(id) : manager.bad(id)
      case 11:
        return tape.flag() ? manager.inactivate(id, now) : manager.forget(id, now)
      default:
        return this.#advertise(id, tape.below(8))
    }
  }

  #dialNext(): void {
    const address = this.manager.dialNext(this.now)
    if (address === undefined) return
    must(!this.#dialing.has(address.id) && !this.connected.has(address.id), 'somebody is dialled twice')
    this.#dialing.set(address.id, address)
  }

  #dialEnds(): void {
    const under = [...this.#dialing.values()]
    if (under.length === 0) return
    const address = this.#tape.pick(under)
    this.#dialing.delete(address.id)
    const how = this.#tape.below(4)
    if (how === 0)
      this.manager.dialFailed(address, this.now, this.#tape.pick(['wrong-peer', 'unresolvable', undefined]))
    else if (how === 1) this.manager.postpone(address, this.now, 100)
    else if (this.manager.dialed(address, this.now) === undefined) this.connected.add(address.id)
  }

  #advertise(id: string, limit: number): void {
    const told = this.manager.advertise(id, limit)
    must(
      told.length <= limit && told.every(one => one.id !== id),
      'too many are told of, or somebody of itself'
    )
  }

  check(): void {
    const { manager, connected } = this
    const { connected: count, outgoing, dialing } = manager.counts
    must(
      dialing === this.#dialing.size && outgoing <= count && count <= 5,
      `${count} connected, ${outgoing} by us, ${dialing} dialled`
    )
    // Nobody is forgotten who is connected or being dialled.
    must(manager.size <= Math.max(6, count + dialing) + persistent.length, `${manager.size} are remembered`)
    for (const id of [...connected, ...this.#dialing.keys()])
      must(manager.addresses(id).length <= 3, 'too many addresses')
    for (const id of connected) must(manager.isConnected(id), 'a connection is forgotten')
    for (const id of manager.ids()) must(Number.isSafeInteger(manager.score(id)), 'a score is no number')
    const { nextDialAt } = manager
    must(nextDialAt === undefined || Number.isFinite(nextDialAt), 'the next dial never comes')
  }
}

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 100 }, (_, i) => (i * 61) % 256)],
  make: rng => randomBytes(rng, 30 + (rng() % 400)),
  maxBytes: 600,
  check(input) {
    const tape = new Tape(input)
    const world = new World(tape)
    for (; !tape.isOver; world.now += tape.below(8) * 37) {
      world.step()
      world.check()
    }
    return world.connected.size > 0 ? 'connected' : world.manager.size > 0 ? 'peers' : 'nobody'
  }
})
