/** What bytes are taken for, here and by CometBFT: the same for thousands of messages, most of them damaged. */
import { dialString } from '@pex/address-book'
import { dialects } from '@pex/cometbft'
import { compatibility, decodeNodeInfo, validateNodeInfo } from '@pex/switch'
import type { NodeInfo } from '@pex/switch'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, BUILD_MS, hasGo, skipped, versions } from './support/build.ts'
import { infoCorpus, ours, pexCorpus } from './support/corpus.ts'
import { Program } from './support/process.ts'
import type { Line } from './support/process.ts'

interface Judged extends Line {
  readonly verdicts?: readonly string[]
}

const { cometbft } = dialects

/** What CometBFT's program says of the same bytes, in the same words. */
function pexVerdict(bytes: Uint8Array): string {
  const message = cometbft.decode(bytes)
  if (typeof message === 'string') return 'refused'
  if (message.kind === 'request') return 'request'
  if (message.version === 2) return 'refused'
  return ['addresses', ...message.addresses.map(one => `${one.id}@${dialString(one)}`)].join(' ')
}

function infoVerdict(bytes: Uint8Array): string {
  const info: NodeInfo | string = decodeNodeInfo(bytes)
  if (typeof info === 'string' || validateNodeInfo(info) !== undefined) return 'refused'
  if (compatibility(ours, info) !== undefined) return 'refused'
  return `${info.id} ${info.listenAddress} ${info.moniker} ${info.version}`
}

/** Bytes that are no text come out of the two languages with different numbers of replacement characters. */
const plain = (verdict: string): string => verdict.replaceAll(/\uFFFD+/g, '?')
/** For whatever reason: who sends such bytes is disconnected. */
const sameWord = (verdict: string): string =>
  plain(verdict).replace(/^(?:malformed|unknown-message|bad-address|invalid|incompatible)$/, 'refused')

describe.skipIf(!hasGo).each(versions)(`what CometBFT $name makes of bytes${skipped}`, version => {
  let binary: string

  beforeAll(async () => {
    binary = await build(version)
  }, BUILD_MS)

  async function judged(what: string, corpus: readonly Uint8Array[]): Promise<readonly string[]> {
    const go = new Program<Judged>(binary, ['judge'])
    const verdicts: string[] = []
    for (let at = 0; at < corpus.length; at += 1_000) {
      const bytes = corpus.slice(at, at + 1_000).map(each => Buffer.from(each).toString('base64'))
      verdicts.push(...(await go.do(what, { bytes })).verdicts!)
    }
    return verdicts
  }

  it('is what we make of them: messages of peer exchange', async () => {
    const corpus = pexCorpus(4_000)
    const verdicts = await judged('pex', corpus)
    const different = corpus.flatMap((bytes, i) => {
      const [here, there] = [plain(pexVerdict(bytes)), sameWord(verdicts[i]!)]
      return here === there ? [] : [{ bytes: Buffer.from(bytes).toString('hex'), here, there }]
    })
    expect(different).toEqual([])
    expect(new Set(verdicts.map(verdict => verdict.split(' ')[0])).size).toBe(5)
  })

  it('is what we make of them: node infos', async () => {
    const corpus = infoCorpus(4_000)
    const verdicts = await judged('node-info', corpus)
    const different = corpus.flatMap((bytes, i) => {
      const here = plain(infoVerdict(bytes))
      const there = sameWord(verdicts[i]!)
      return here === there ? [] : [{ bytes: Buffer.from(bytes).toString('latin1'), here, there }]
    })
    expect(different).toEqual([])
  })
})
