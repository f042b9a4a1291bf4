/** What a peer manager finds in its store: any values, of which it makes peers within its bounds. */
import { PeerManager, storedPeers } from '@pex/cometbft'
import type { PeerSnapshot } from '@pex/cometbft'
import { seeded } from '@pex/testkit'
import { must, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const NOW = 1_700_000_000_000
const key = (n: number): string => n.toString(16).padStart(40, '0')
const peer = (n: number): PeerSnapshot => ({
  id: key(n),
  addresses: [
    {
      url: `mconn://${key(n)}@8.8.8.${n}:26656`,
      dialFailures: n,
      lastDialSuccess: NOW - n,
      lastDialFailure: NOW + n
    },
    { url: `memory:${key(n)}`, dialFailures: 0 }
  ],
  earned: n,
  disconnections: n,
  lastConnected: NOW,
  isInactive: n % 2 === 1
})

export const target: Target = () => ({
  seeds: [1, 2, 3].map(n => utf8.encode(JSON.stringify(peer(n)))),
  words: [...jsonWords, `"mconn://${key(1)}@1.2.3.4:5"`, `"${key(2)}"`],
  async check(input) {
    const entries = new Map([
      [key(1), input],
      [key(2), utf8.encode(JSON.stringify(peer(2)))]
    ])
    const nothing = async (): Promise<void> => {}
    const store = {
      open: nothing,
      close: nothing,
      save: nothing,
      load: async () => ({ entries, damaged: 0 })
    }
    const { peers, damaged } = await storedPeers(store, 'peers').load()
    must(peers.length + damaged === 2, 'an entry is neither a peer nor damaged')
    const manager = new PeerManager({ id: key(9), rng: seeded(1) })
    const kept = manager.restore(peers, NOW)
    must(kept <= peers.length && manager.size >= kept, `${kept} were kept`)
    for (const id of manager.ids()) {
      const score = manager.score(id)
      must(score !== undefined && Number.isSafeInteger(score), `somebody's score is ${score}`)
      must(manager.addresses(id).length <= 8, 'somebody has too many addresses')
    }
    must(manager.nextDialAt === undefined || Number.isFinite(manager.nextDialAt), 'there is no next dial')
    for (let i = 0; i < 4; i++) manager.dialNext(NOW)
    const again = new PeerManager({ id: key(9), rng: seeded(1) })
    again.restore(JSON.parse(JSON.stringify(manager.snapshot())) as PeerSnapshot[], NOW)
    must(again.size === manager.size, 'not everybody is there after another restart')
    return peers.length === 2 ? `kept ${kept}` : 'damaged'
  }
})
