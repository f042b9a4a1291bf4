/** The report and the tables: complete, whole, and deaf to whatever a result file says. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareReport, report, summary, summaryOfTwo } from '../src/report/index.ts'
import type { Result } from '../src/report/index.ts'
import { html } from '../src/report/html.ts'
import { figure, percent, whole } from '../src/report/numbers.ts'
import { linear, thin } from '../src/report/scale.ts'
import type { Point } from '../src/report/scale.ts'
import { figuresOfRound, fixture } from './report-fixture.ts'

/** Fails unless every element is closed in its turn and every id is there once. */
function checkWhole(page: string): void {
  const open: string[] = []
  const body = page.replace('<!doctype html>', '').replace(/<style>.*?<\/style>/s, '')
  for (const [, close, name, , selfClosed] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/g
  )) {
    if (close === '/') expect(open.pop()).toBe(name)
    else if (selfClosed === '') open.push(name!)
  }
  expect(open).toEqual([])
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(match => match[1])
  expect(new Set(ids).size).toBe(ids.length)
  expect(page.replace(/<style>.*?<\/style>/s, '')).not.toMatch(/NaN|Infinity|undefined|\[object/)
}

const titles = [
  'In-degree',
  'Dead links',
  'Outside the largest component',
  'Attackers&#39; share',
  'Cross links',
  'Spread of the in-degree',
  'Traffic'
]

describe('the report', () => {
  it('has every plot, each with words and a table beside it', () => {
    const page = report(fixture())
    checkWhole(page)
    for (const title of titles) expect(page).toContain(`<h3>${title}</h3>`)
    const figures = page.split('<figure').slice(1)
    expect(figures.length).toBeGreaterThanOrEqual(titles.length)
    for (const each of figures) {
      const id = / id="([^"]+)"/.exec(each)![1]!
      expect(each).toContain(`aria-labelledby="${id}-title ${id}-description"`)
      expect(each).toMatch(/<desc [^>]+>[^<]{20,}<\/desc>/)
      expect(each).toMatch(/<details>\s*<summary>As a table<\/summary>.*<table>/s)
    }
  })

  it('asks for nothing that is not in it', () => {
    for (const page of [report(fixture()), compareReport(fixture(), fixture({ seed: 2 }))]) {
      expect(page).not.toMatch(/https?:|src=|href=|url\(|@import|<script/)
      expect(page).toContain("default-src 'none'")
    }
  })

  it('shows the random graph beside the figures that it has', () => {
    const page = report(
      fixture({ reference: { inDegreeSd: 5.53, firstPartition: 0.84, clustering: 0.0631, pathLength: 2.02 } })
    )
    expect(page).toMatch(/<th scope="row">clustering<\/th> <td>0.00731<\/td> ?<td>0.0631<\/td>/)
    expect(page).toContain('class="curve random random0"')
  })

  it('marks the event, and leaves out rounds in which a figure was not looked at', () => {
    const page = report(fixture())
    expect(page).toContain('class="event"')
    const outside = page.split('id="outside"')[1]!.split('</figure>')[0]!
    expect(outside).toContain('round -100: 12')
    expect(outside).toMatch(/-100<\/th>\s*<td>12</)
    expect(outside).not.toContain('-1<')
    expect(outside.match(/<tr>/g)!.length).toBe(1 + 21)
    const calm = report(fixture({ series: [figuresOfRound(1), figuresOfRound(2)] }))
    expect(calm).not.toContain('class="event"')
  })

  it('of two runs has both in each plot, apart by more than their colour', () => {
    const page = compareReport(fixture(), fixture({ policy: 'cyclon' }))
    checkWhole(page)
    for (const each of page.split('<figure').slice(1)) {
      expect(each).toMatch(/class="(?:curve|dot) a"/)
      expect(each).toMatch(/class="(?:curve|dot) b"/)
      expect(each).toMatch(/balanced\s*<\/li>.*cyclon\s*<\/li>/s)
    }
    expect(page).toMatch(/\.curve\.b \{[^}]*stroke-dasharray/)
  })

  it('of two runs of different sizes has a random graph for each', () => {
    const page = compareReport(fixture(), fixture({ nodes: 5_000 }))
    checkWhole(page)
    expect(page).toContain('random graph as nodes 1,000')
    expect(page).toContain('random graph as nodes 5,000')
  })

  it('stays whole and plain whatever the result says', () => {
    const text = fc.oneof(fc.constant('</title><script>alert(1)</script>'), fc.string({ unit: 'binary' }))
    const number = fc.oneof(
      fc.double({ min: 0, max: 1 }),
      fc.constantFrom(0, 1, 1e-12, 1e12, NaN, Infinity, -1)
    )
    const round = fc.record({ deadLinks: number, attackerShare: number, outside: number, messages: number })
    const change = fc.record({
      policy: text,
      scenario: text,
      stateHash: text,
      nodes: fc.integer({ min: 1, max: 1_000_000 }),
      view: fc.integer({ min: 1, max: 255 }),
      deadLinks: number,
      clustering: number,
      inDegreeHistogram: fc.array(fc.nat(1_000)),
      series: fc
        .array(round, { maxLength: 4 })
        .map(all => all.map((each, i) => ({ ...figuresOfRound(i), ...each })))
    })
    fc.assert(
      fc.property(change, change, (one, two) => {
        const [a, b] = [fixture(one), fixture(two)]
        for (const page of [report(a), compareReport(a, b)]) {
          expect(page).not.toContain('<script')
          checkWhole(page.replaceAll(/&[a-z#0-9]+;/g, ''))
        }
        for (const each of [summary(a), summaryOfTwo(a, b)]) expect(each).not.toMatch(/[^\P{Cc}\n]/u)
      }),
      { numRuns: 60 }
    )
  })

  it('stays small however long the run was', () => {
    const series = Array.from({ length: 20_000 }, (_, i) => figuresOfRound(i))
    expect(report(fixture({ series })).length).toBeLessThan(400_000)
  })
})

describe('the table', () => {
  it('has its names on the left and its values below each other on the right', () => {
    const lines = summary(fixture()).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'balanced · partition:500+hub:0.02',
      '1,000 nodes, views of 32, 100 rounds, seed 1'
    ])
    const head = lines.findIndex(line => line.includes('this run'))
    expect(lines[head]).toMatch(/^ +this run {2}random graph$/)
    const end = lines[head]!.indexOf('this run') + 'this run'.length
    const rows = lines.slice(head + 1, lines.indexOf('', head))
    expect(rows.length).toBeGreaterThan(15)
    for (const row of rows) {
      expect(row.length).toBeLessThanOrEqual(80)
      expect(row[end - 1]).not.toBe(' ')
      expect([undefined, ' ']).toContain(row[end])
    }
  })

  it('leaves out what says nothing about a run', () => {
    const text = summary(fixture({ scenario: 'steady', attackerShareWorst: 0, remixedAfter: null }))
    expect(text).not.toMatch(/attackers|eclipsed|split|mixed|victim/)
    expect(summary(fixture({ victimShare: 0.25, scenario: 'eclipse:0.2' }))).toMatch(
      /victim's hostile share +25.0 %/
    )
    expect(summary(fixture({ remixedAfter: null }))).toMatch(/mixed again after, rounds +never/)
  })

  it('of two runs names them by what they differ in, and shows a dash where one says nothing', () => {
    const calm = fixture({ scenario: 'steady', attackerShareWorst: 0, remixedAfter: null })
    const lines = summaryOfTwo(calm, fixture({ seed: 2 })).split('\n')
    expect(lines).toContainEqual(
      expect.stringMatching(/steady, seed 1 +partition:500\+hub:0.02, seed 2 +random graph/)
    )
    expect(lines).toContainEqual(expect.stringMatching(/^eclipsed, worst round +– +3$/))
    expect(summaryOfTwo(calm, calm)).toMatch(/ first +second /)
    expect(summaryOfTwo(fixture(), fixture({ nodes: 5_000 }))).not.toContain('random graph')
  })

  it('gives the command that runs it again, whatever the scenario is called', () => {
    const two = summaryOfTwo(fixture({ scenario: "it's mine.json" }), fixture())
    expect(two).toContain(String.raw`--scenario 'it'\''s mine.json'`)
    expect(two).toContain('--scenario partition:500+hub:0.02\n')
  })
})

describe('numbers', () => {
  it.each([
    [0, '0'],
    [1_234_567, '1,234,567'],
    [0.0073123, '0.00731'],
    [3.7089, '3.71'],
    [52.44, '52.4'],
    [1_234.5, '1,235'],
    [1e-9, '1.0e-9'],
    [NaN, '–'],
    [null, '–']
  ])('%s is %s', (value, text) => expect(figure(value)).toBe(text))

  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.00327, '0.33 %'],
    [0.5, '50.0 %'],
    [0.9997, '99.970 %'],
    [0.999999, '> 99.999 %'],
    [1e-7, '< 0.001 %']
  ])('the share %s is %s', (value, text) => expect(percent(value)).toBe(text))

  it('of any size are written without loss of their sign and size', () => {
    fc.assert(
      fc.property(fc.integer(), value => {
        expect(Number(whole(value).replaceAll(',', ''))).toBe(value)
      })
    )
  })
})

describe('scales', () => {
  it('have their marks on round numbers within the axis', () => {
    const high = fc.double({ min: 1e-9, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(high, value => {
        const { ticks, high, at } = linear([0, value], [0, 100], { count: 4, isRound: true })
        expect(high).toBeGreaterThanOrEqual(value * (1 - 1e-6))
        expect(ticks.length).toBeGreaterThanOrEqual(2)
        expect(ticks.length).toBeLessThanOrEqual(6)
        for (const tick of ticks) expect(at(tick)).toBeLessThanOrEqual(100 + 1e-6)
      })
    )
  })

  it('keep every peak of a curve that is made thinner', () => {
    const points = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 })
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 50 }), (values, buckets) => {
        const curve = values.map((y, x): Point => [x, y])
        const kept = thin(curve, buckets)
        expect(kept.length).toBeLessThanOrEqual(Math.max(2 * buckets, 1))
        expect(Math.max(...kept.map(([, y]) => y))).toBe(Math.max(...values))
        expect(Math.min(...kept.map(([, y]) => y))).toBe(Math.min(...values))
        expect(kept.map(([x]) => x)).toEqual(kept.map(([x]) => x).toSorted((a, b) => a - b))
      })
    )
  })
})

describe('markup', () => {
  it('escapes what is put into it, and keeps what is markup already', () => {
    const inner = html`<b>${'<&"\'>'}</b>`
    expect(html`<p title="${'"'}">${inner}${[1, undefined, false]}${'\u0007'}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;&amp;&quot;&#39;&gt;</b>1\uFFFD</p>'
    )
  })
})

it('a result survives being written and read', () => {
  const result: Result = fixture()
  expect(report(JSON.parse(JSON.stringify(result)) as Result)).toBe(report(result))
})
