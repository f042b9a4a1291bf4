/** The parts of a soak that decide: who has to hear of what, what grows, what happens when; and a short soak of real processes. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../src/figure.ts'
import { describeMachine } from '../src/machine.ts'
import { figuresOf } from '../src/soak/figures.ts'
import { Ledger } from '../src/soak/ledger.ts'
import { settingFrom } from '../src/soak/options.ts'
import { write } from '../src/soak/page.ts'
import { plan, slots } from '../src/soak/plan.ts'
import type { Setting } from '../src/soak/plan.ts'
import { soak } from '../src/soak/soak.ts'
import type { Look, Result } from '../src/soak/soak.ts'
import { trendOf } from '../src/soak/trend.ts'

const words = { hosts: '30', minutes: '10', replace: '5%/min', over: 'mixed', seed: '1' }

describe('the ledger', () => {
  const ledger = (): Ledger => {
    const ledger = new Ledger(1_000)
    for (const host of [1, 2, 3]) ledger.started(host, 0)
    return ledger
  }

  it('wants a broadcast to reach every host that lived from its sending to the end of the grace time', () => {
    const it = ledger()
    it.started(4, 200)
    it.sent(0, 1, 100)
    it.heard(0, 2, 150)
    it.ended(3, 1_099)
    expect(it.settle(1_099)).toEqual([])
    expect(it.settle(1_100)).toEqual([
      { at: 100, sender: 1, due: 1, missed: 0, median: 50, last: 50, late: [], isJudged: true }
    ])
    expect(it.settle(1_200)).toEqual([])
  })

  it('finds who has not heard it, or too late', () => {
    const it = ledger()
    it.sent(0, 1, 100)
    it.heard(0, 2, 1_101)
    expect(it.settle(2_000)).toMatchObject([
      { due: 2, missed: 2, median: undefined, late: [{ host: 2 }, { host: 3, ms: undefined }] }
    ])
  })

  it('finds what has come twice, also after it was judged, and to its own sender', () => {
    const it = ledger()
    it.sent(0, 1, 100)
    it.heard(0, 2, 150)
    expect(it.twice).toBe(0)
    it.heard(0, 2, 160)
    it.heard(0, 1, 160)
    it.settle(1_100)
    it.heard(0, 2, 60_000)
    expect(it.twice).toBe(3)
  })

  it('judges nothing whose sender has ended', () => {
    const it = ledger()
    it.sent(0, 1, 100)
    it.ended(1, 500)
    expect(it.settle(2_000)).toMatchObject([{ due: 2, missed: 2, isJudged: false }])
  })

  it('is quiet when everybody who is there has heard what was sent since it came', () => {
    const it = ledger()
    expect(it.isQuiet).toBe(true)
    it.sent(0, 1, 100)
    it.started(4, 110)
    it.heard(0, 2, 150)
    expect(it.isQuiet).toBe(false)
    it.ended(3, 160)
    expect(it.isQuiet).toBe(true)
    expect(it.settle(Infinity)).toMatchObject([{ due: 1, missed: 0, isJudged: true }])
  })

  it('takes a host in the place of another for another one', () => {
    const it = ledger()
    it.ended(3, 50)
    it.started(4, 60)
    it.sent(0, 1, 100)
    for (const host of [2, 4]) it.heard(0, host, 130)
    expect(it.settle(2_000)).toMatchObject([{ due: 2, missed: 0 }])
  })
})

describe('a trend', () => {
  /** A minute of samples, one a second. */
  const samples = (value: (second: number) => number): (readonly [number, number])[] =>
    Array.from({ length: 61 }, (_, second) => [second / 3_600, value(second)])

  it('is a line, and the noise around it', () => {
    const { mean, slope, band } = trendOf(samples(second => 100 + second / 60))
    expect(mean).toBeCloseTo(100.5)
    expect(slope).toBeCloseTo(60)
    expect(band).toBeCloseTo(0)
  })

  it('does not take noise for growth, and growth not for noise', () => {
    const noise = (second: number): number => [0, 3, 1, -2, 2, -3, -1][second % 7]!
    const still = trendOf(samples(second => 100 + noise(second)))
    expect(still.slope).toBeLessThan(still.band)
    const growing = trendOf(samples(second => 100 + noise(second) + second / 5))
    expect(growing.slope).toBeGreaterThan(growing.band)
  })

  it('of too few samples holds no mark', () => {
    expect(trendOf(samples(() => 1).slice(0, 2)).slope).toBeNaN()
  })
})

describe('the plan', () => {
  const setting = settingFrom(words)

  it('replaces the share that is asked for, half by kill, and lets some come back', () => {
    const replaces = plan(setting).flatMap(action => (action.type === 'replace' ? [action] : []))
    expect(Math.abs(replaces.length - 15)).toBeLessThanOrEqual(2)
    expect(Math.abs(replaces.filter(({ kill }) => kill).length - replaces.length / 2)).toBeLessThan(1)
    expect(replaces.some(({ comesBack }) => comesBack)).toBe(true)
    expect(replaces.some(({ comesBack }) => !comesBack)).toBe(true)
  })

  it('is in order, within the time, and the same for the same seed', () => {
    const times = plan(setting).map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.every(at => at > 0 && at < setting.ms)).toBe(true)
    const drawn = (seed: number): number[] => plan({ ...setting, seed }).flatMap(({ at, rng }) => [at, rng()])
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(1)).not.toEqual(drawn(2))
  })

  it('has hosts of all kinds in the processes that last and in those that can be killed', () => {
    const all = slots(setting)
    expect(all).toHaveLength(30)
    for (const process of [0, 1, 2, 3, undefined]) {
      const home = all.filter(slot => slot.process === process)
      expect(home).toHaveLength(process === undefined ? 10 : 5)
      expect(new Set(home.map(({ over }) => over))).toEqual(new Set(['both', 'udp', 'libp2p']))
    }
  })

  it('replaces nobody where nobody is to be replaced', () => {
    const still = settingFrom({ ...words, replace: '0%/min' })
    expect(plan(still).every(({ type }) => type === 'send')).toBe(true)
  })
})

describe('the options', () => {
  it.each([
    [{ hosts: '3' }, '--hosts is a whole number of 4 or more, not "3"'],
    [{ minutes: '0' }, '--minutes has to be more than 0'],
    [{ replace: '5' }, '--replace is a share in a minute, such as 5%/min'],
    [{ over: 'tcp' }, '--over is mixed, udp or libp2p'],
    [{ processes: '21' }, '--processes is 20 at most for 30 hosts'],
    [{ seed: '' }, '--seed is a whole number of 0 or more, not ""']
  ])('%o are refused in a sentence', (wrong, sentence) => {
    expect(() => settingFrom({ ...words, ...wrong })).toThrow(sentence)
  })
})

describe('npm run soak', () => {
  const main = join(import.meta.dirname, '..', 'src', 'soak', 'main.ts')
  const run = (...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> =>
    new Promise(resolve => {
      execFile(process.execPath, ['--conditions=@pex/source', main, ...args], (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : error.code, stdout, stderr })
      )
    })

  it('says in one line what is wrong', async () => {
    const { status, stdout, stderr } = await run('--over', 'tcp')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toBe('soak: --over is mixed, udp or libp2p; see npm run soak -- --help\n')
  })

  it('teaches with --help', async () => {
    const { status, stdout } = await run('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--replace <n>%/min')
  })
})

describe('the marks', () => {
  const setting: Setting = { ...settingFrom({ ...words, minutes: '60', processes: '1' }), warmupMs: 0 }
  const look = (minute: number, over: Partial<Look['sample']>): Look => ({
    process: 0,
    at: minute * 360_000,
    sample: {
      processor: minute * 1_000,
      rss: 2e8 + (minute % 3),
      trimmed: 1.5e8 + (minute % 3),
      heap: 4e7 + (minute % 3),
      code: 8e6,
      descriptors: 30 + (minute % 2),
      resources: { UDPWRAP: 5 },
      ghosts: 0,
      census: { neighbours: 12, view: 32 },
      ...over
    }
  })
  const good: Result = {
    setting,
    outcomes: [0, 60_000].map(at => ({
      at,
      sender: 1,
      due: 29,
      missed: 0,
      median: 5,
      last: 9,
      late: [],
      isJudged: true
    })),
    twice: 0,
    guests: [],
    replaced: { stopped: 1, killed: 1, cameBack: 1 },
    looks: Array.from({ length: 11 }, (_, minute) => look(minute, {})),
    remains: [{ resources: {}, ghosts: 0 }],
    lags: [3],
    lingering: 0,
    failures: []
  }
  const looks = (over: (minute: number) => Partial<Look['sample']>): Partial<Result> => ({
    looks: good.looks.map((_, minute) => look(minute, over(minute)))
  })
  const missed = (result: Partial<Result>): string[] =>
    figuresOf({ ...good, ...result }).flatMap(figure => (verdictOf(figure) === 'miss' ? [figure.name] : []))

  it('are all reached by a soak in which nothing happened', () => {
    expect(missed({})).toEqual([])
  })

  it('take no resident memory of a short run for more than it is', () => {
    const growing = looks(minute => ({ trimmed: 1.5e8 + minute * 5e6 }))
    expect(missed({ ...growing, setting: { ...setting, ms: 600_000 } })).toEqual([])
  })

  it('take no reserve of V8 and no compiled code for something that is needed', () => {
    expect(missed(looks(minute => ({ rss: 2e8 + minute * 5e6 })))).toEqual([])
    const compiled = (minute: number): number => minute * 5e6
    expect(
      missed(looks(minute => ({ code: 8e6 + compiled(minute), trimmed: 1.5e8 + compiled(minute) })))
    ).toEqual([])
  })

  it('let hosts keep ids of broadcasts', () => {
    expect(missed(looks(minute => ({ heap: 4e7 + minute * 5e5 })))).toEqual([])
  })

  it.each<[string, Partial<Result>, RegExp]>([
    ['a message that one host lacks', { outcomes: [{ ...good.outcomes[0]!, missed: 1 }] }, /within 30 s/],
    ['a message that came twice', { twice: 1 }, /of what had been delivered/],
    ['a soak without broadcasts', { outcomes: [] }, /whose sender lived on/],
    ['a heap that grows', looks(minute => ({ heap: 4e7 + minute * 2e6 })), /^objects on the heap, slope/],
    ['a process that grows', looks(minute => ({ trimmed: 1.5e8 + minute * 5e6 })), /^resident memory.*slope/],
    ['a descriptor a minute', looks(minute => ({ descriptors: 30 + minute })), /^open file.*slope/],
    ['a timer a minute', looks(minute => ({ resources: { Timeout: minute } })), /^handles.*slope/],
    [
      'a stopped host that stays',
      looks(minute => ({ ghosts: minute > 9 ? 1 : 0 })),
      /stopped hosts that were not/
    ],
    ['a host with too many neighbours', looks(() => ({ census: { neighbours: 65 } })), /^neighbours/],
    ['a timer that is left', { remains: [{ resources: { Timeout: 1 }, ghosts: 0 }] }, /^handles.*left/],
    ['a host that is left', { remains: [{ resources: {}, ghosts: 1 }] }, /^hosts not collected then/],
    ['a process that does not end', { lingering: 1 }, /^processes that did not end/],
    ['a process that has died', { failures: ['it has died'] }, /^processes that died/],
    ['a soak that nobody looked at', { looks: [] }, /slope/]
  ])('%s is seen, and nothing else is', (_, result, name) => {
    const names = missed(result)
    expect(names.length).toBeGreaterThan(0)
    for (const each of names) expect(each).toMatch(name)
  })

  it('are written, with curves, in a section of their own that leaves the others alone', async () => {
    const docs = await mkdtemp(join(tmpdir(), 'pex-soak-'))
    try {
      const written = {
        machine: describeMachine(),
        date: '2026-01-31',
        result: good,
        nice: 0,
        figures: figuresOf(good)
      }
      await write(written, docs)
      await write({ ...written, nice: -10 }, docs)
      expect(await readFile(join(docs, 'benchmarks.md'), 'utf8')).toContain('before all others')
      await write({ ...written, date: '2026-02-01' }, docs)
      const page = await readFile(join(docs, 'benchmarks.md'), 'utf8')
      expect(page.match(/^## soak$/gm)).toHaveLength(1)
      expect(page).toContain('Measured on 2026-02-01')
      expect(page).not.toContain('The scheduler')
      expect(page).toContain('| deliveries that had to be | 58 deliveries |')
      const curves = await readdir(join(docs, 'figures'))
      for (const curve of curves) {
        expect(page).toContain(`](figures/${curve})`)
        const svg = await readFile(join(docs, 'figures', curve), 'utf8')
        expect(svg).toMatch(/^<svg [^]*<path d="M[\d.]+ [\d.]+L[^]*<\/svg>\n$/)
        expect(svg).not.toMatch(/NaN|Infinity|undefined/)
      }
      expect(curves).toHaveLength(2)
    } finally {
      await rm(docs, { recursive: true })
    }
  })
})

describe('a short soak', () => {
  it(
    'of 8 hosts in real processes, half a dozen of them replaced: everybody hears everything once, and nothing is left',
    { timeout: 60_000 },
    async () => {
      const setting: Setting = {
        ...settingFrom({ ...words, hosts: '8', processes: '1' }),
        ms: 9_000,
        replaced: 3,
        sendMs: 500,
        settleMs: 1_000,
        sampleMs: 2_000,
        warmupMs: 0
      }
      const result = await soak(setting)
      const { killed, stopped } = result.replaced
      expect(Math.min(killed, stopped)).toBeGreaterThan(0)
      // How memory goes on from here nine seconds cannot tell.
      const figures = figuresOf(result).filter(({ name }) => !name.endsWith('slope'))
      const misses = figures.filter(figure => verdictOf(figure) === 'miss')
      const late = result.outcomes.filter(({ late }) => late.length > 0)
      expect(misses, JSON.stringify({ failures: result.failures, late, guests: result.guests })).toEqual([])
      expect(result.looks.length).toBeGreaterThan(2)
    }
  )
})
