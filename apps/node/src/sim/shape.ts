/** The shape of a result, for what is read from files: README.md explains the fields. */
import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const amount = v.pipe(v.number(), v.minValue(0))

const round = v.looseObject({
  round: v.pipe(v.number(), v.integer()),
  live: count,
  inDegreeSd: amount,
  deadLinks: share,
  attackerShare: share,
  eclipsed: count,
  crossLinks: share,
  outside: v.pipe(v.number(), v.integer(), v.minValue(-1)),
  messages: amount,
  exchanges: amount,
  pings: amount
})

/** What `pex sim --json` prints and `result.json` holds. There may be more fields one day. */
export const resultShape: v.LooseObjectSchema<v.ObjectEntries, undefined> = v.looseObject({
  policy: v.string(),
  nodes: count,
  view: count,
  rounds: count,
  seed: count,
  scenario: v.string(),
  inDegree: v.looseObject({ mean: amount, sd: amount, min: count, max: count, zero: count }),
  inDegreeHistogram: v.array(count),
  clustering: share,
  pathLength: amount,
  largestComponent: share,
  firstPartition: share,
  deadLinks: share,
  attackerShare: share,
  attackerShareWorst: share,
  eclipsed: count,
  eclipsedWorst: count,
  kept10: share,
  crossLinks: share,
  crossHolders: share,
  remixedAfter: v.nullable(count),
  victimShare: v.nullable(share),
  messagesPerNodeRound: amount,
  exchangesPerNodeRound: amount,
  pingsPerNodeRound: amount,
  outsideLongest: count,
  stateHash: v.string(),
  reference: v.looseObject({
    inDegreeSd: amount,
    firstPartition: share,
    clustering: share,
    pathLength: amount
  }),
  series: v.array(round),
  nodeRoundsPerSecond: amount,
  bytesPerNode: amount
})
