/**
 * The pass marks: what a good sampler reaches, each as a claim that a figure must hold. The words are those of the peer
 * sampling literature (Jelasity et al., TOCS 2007; Voulgaris et al., 2005), the figures those of `@pex/sim/metrics`.
 *
 * Relative figures are multiples of the random graph of the same size, so that they hold for every number of nodes.
 */

/** What a network lives through. */
export type SceneName = 'calm' | 'star' | 'crash' | 'churn' | 'few' | 'stream' | 'partition' | 'hub'

export interface PassMark {
  readonly scene: SceneName
  /** What is judged, as the name of a test. */
  readonly claim: string
  readonly bound: 'at most' | 'at least'
  readonly mark: number
}

const most = (scene: SceneName, mark: number, claim: string): PassMark => ({
  scene,
  claim,
  bound: 'at most',
  mark
})
const least = (scene: SceneName, mark: number, claim: string): PassMark => ({
  ...most(scene, mark, claim),
  bound: 'at least'
})

/** Every figure that is judged. */
export type FigureName =
  | 'faults'
  | 'fill'
  | 'inDegreeSd'
  | 'forgotten'
  | 'clustering'
  | 'pathLength'
  | 'outside'
  | 'kept10'
  | 'degreeLag'
  | 'starSd'
  | 'starHub'
  | 'crashDeadLinks'
  | 'crashOutside'
  | 'churnDeadLinks'
  | 'churnOutside'
  | 'fewDeadLinks'
  | 'fewOutside'
  | 'streamChiSquare'
  | 'streamPooled'
  | 'streamRepeat'
  | 'crossHolders'
  | 'remixedAfter'
  | 'attackerShare'
  | 'eclipsed'

/** The defaults: any mark can be set otherwise, any figure left out. */
export const passMarks: Readonly<Record<FigureName, PassMark>> = {
  faults: most('calm', 0, 'views hold others that have joined, each once, and no more than c'),
  fill: least('calm', 0.97, 'views are full: share of the places that are taken'),
  inDegreeSd: most('calm', 1, 'in-degrees spread no wider than in a random graph: sd, multiple'),
  forgotten: most('calm', 0, 'everybody is held by somebody: nodes with in-degree 0'),
  clustering: most(
    'calm',
    1.3,
    'neighbours know each other hardly more than by chance: clustering, multiple'
  ),
  pathLength: most('calm', 1.03, 'ways are as short as in a random graph: path length, multiple'),
  outside: most('calm', 0, 'the network is one: nodes outside the largest component'),
  kept10: most('calm', 0.5, 'views change: share of the entries that are there ten rounds later'),
  degreeLag: most('calm', 40, 'in-degrees forget what they were: rounds until autocorrelation is chance'),
  starSd: most('star', 1, '60 rounds after all knew one node alone, in-degrees are even: sd, multiple'),
  starHub: most('star', 3, '20 rounds after all knew one node alone, it is no hub: in-degree by c'),
  crashDeadLinks: most('crash', 0.01, '50 rounds after half of the nodes died, views are rid of them: share'),
  crashOutside: most('crash', 0, 'survivors of a crash are one network: nodes outside'),
  churnDeadLinks: most('churn', 0.2, 'with 1 % replaced in each round, views hold few dead: share'),
  churnOutside: most('churn', 0.01, 'with 1 % replaced in each round, the network is one: share outside'),
  fewDeadLinks: most('few', 0, '3, 10 and 33 nodes forget the half that died within 50 rounds: share'),
  fewOutside: most('few', 0, '3, 10 and 33 nodes of which half die stay together: nodes outside'),
  streamChiSquare: most(
    'stream',
    1.08,
    'each node samples everybody equally often: χ² by degrees of freedom'
  ),
  streamPooled: most(
    'stream',
    1.25,
    'all nodes together sample everybody equally often: χ² by degrees of freedom'
  ),
  streamRepeat: most('stream', 1.2, 'the last sample comes again no sooner than by chance: multiple'),
  crossHolders: least('partition', 0.95, '200 rounds apart, nodes still know somebody across: share'),
  remixedAfter: most('partition', 10, 'together again, the halves are soon mixed: rounds'),
  attackerShare: most(
    'hub',
    0.25,
    '200 rounds after 10 % turned into hubs, they are a small part of views: share'
  ),
  eclipsed: most('hub', 0, 'among 10 % hubs, nobody sees hubs alone in any round: nodes')
}

/** Whether a figure holds its mark; what is no number never does. */
export function holds({ bound, mark }: PassMark, value: number): boolean {
  return bound === 'at most' ? value <= mark : value >= mark
}
