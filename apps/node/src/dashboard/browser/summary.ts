/** What stands at the top of the page: who this is, and its figures of the moment. */
import type {
  DemoSelf,
  EstimateShape,
  HistoryShape,
  HostSelf,
  IndexShape,
  PeersShape,
  RejectionsShape
} from '../shapes.ts'
import { byId, plain, setText } from './dom.ts'
import { duration, interval, plural, short, whole } from './format.ts'
import { setTiles } from './tiles.ts'
import type { Tile } from './tiles.ts'

/** The latest answer of each resource. */
export type Answers = ReadonlyMap<string, unknown>

export function showSelf(self: HostSelf | DemoSelf): void {
  const name = self.kind === 'host' ? self.id : `demo of ${plural(self.hosts, 'host')}`
  setText(byId('who'), plain(name))
  document.title = `pex ${self.kind === 'host' ? short(self.id) : 'demo'}`
  const about =
    self.kind === 'demo'
      ? `tick ${self.tick} · each host a process of its own, on this machine`
      : [
          self.addresses.map(address => address.replace(/\/p2p\/[^/]+$/, '')).join(' · ') ||
            'listens nowhere yet',
          `policy ${self.policy}, tick ${interval(self.tickMs)}, wire ${self.wire}`
        ].join(' · ')
  setText(byId('about'), plain(about))
  setText(byId('footer'), `pex ${self.version} on Node.js ${self.node}, process ${self.pid}`)
}

export function showTiles({ kind }: IndexShape, answers: Answers): void {
  const self = answers.get('self') as HostSelf | DemoSelf | undefined
  const history = answers.get('history') as HistoryShape | undefined
  const rejections = answers.get('rejections') as RejectionsShape | undefined
  if (self === undefined) return
  const lastMinute = (name: 'began' | 'answered' | 'failed'): number =>
    (history?.every === 1 ? history.counts[name] : []).slice(-60).reduce((sum, value) => sum + value, 0)
  const exchanges = lastMinute('began') + (kind === 'host' ? lastMinute('answered') : 0)
  const failed = lastMinute('failed')
  setTiles([
    ...(self.kind === 'host' ? hostTiles(answers) : demoTiles(self)),
    { name: 'exchanges', value: whole(exchanges), note: 'in a minute' },
    { name: 'failed', value: whole(failed), note: 'in a minute', isBad: failed > exchanges },
    { name: 'rejected', value: whole(rejections?.total ?? 0), note: 'since the start' },
    { name: 'up for', value: duration(Date.now() - self.startedAt) }
  ])
}

function hostTiles(answers: Answers): readonly Tile[] {
  const view = answers.get('view') as PeersShape | undefined
  const recovery = answers.get('recovery') as PeersShape | undefined
  const { estimate } = (answers.get('estimate') as EstimateShape | undefined) ?? { estimate: null }
  const peers = view?.peers ?? []
  const groups = new Set(peers.map(({ netgroup }) => netgroup).filter(group => group !== null)).size
  const size: Tile =
    estimate === null
      ? { name: 'network', value: '–', note: 'not counted yet' }
      : {
          name: 'network',
          value: `≈ ${whole(estimate.size)}`,
          note: estimate.alarm
            ? 'two counts disagree'
            : `${whole(estimate.low)} to ${whole(estimate.high)} hosts`,
          isBad: estimate.alarm
        }
  return [
    {
      name: 'peers in view',
      value: whole(peers.length),
      note:
        peers.length === 0
          ? 'nobody yet'
          : groups === 0
            ? 'private network'
            : `in ${plural(groups, 'netgroup')}`,
      isBad: peers.length === 0
    },
    size,
    { name: 'gone silent', value: whole(recovery?.peers.length ?? 0), note: 'tried now and then' }
  ]
}

function demoTiles({ hosts, converged }: DemoSelf): readonly Tile[] {
  return [
    { name: 'hosts', value: whole(hosts) },
    {
      name: 'converged',
      value: converged ? 'yes' : 'not yet',
      note: converged ? 'all know all others' : 'finding each other'
    }
  ]
}
