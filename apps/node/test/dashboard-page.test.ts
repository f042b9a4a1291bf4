/** The dashboard's page in a real browser, before a live cluster and before hosts that say hostile things. */
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Dashboard } from '../src/dashboard/server.ts'
import { browserPath, complaintsOf, openBrowser, whySkipped } from './chromium.ts'
import { madeUp, peer, randomOverlay, serve } from './dashboard-world.ts'
import type { MadeUp } from './dashboard-world.ts'
import { temporaryDirectory, TestHost } from './processes.ts'

/** Where the pictures of a run are, for somebody to look at. */
const pictures = join(tmpdir(), 'pex-dashboard')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
const dashboards: Dashboard[] = []

async function serving(world: MadeUp, token?: string): Promise<string> {
  const dashboard = await serve(world, token === undefined ? {} : { token })
  dashboards.push(dashboard)
  return dashboard.url
}

/** A page, and what it complains of. */
async function open(
  url: string,
  options: BrowserContextOptions = {}
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints = await complaintsOf(page)
  await page.goto(url)
  return { page, complaints }
}

async function live(page: Page): Promise<void> {
  await page.locator('#link.live').waitFor()
  await page.locator('#tiles li').first().waitFor()
}

const overlay = randomOverlay(9, 3)
const well = (): MadeUp =>
  madeUp({
    view: { namespace: 'pex', peers: Array.from({ length: 5 }, (_, i) => peer(`12D3KooWPeer${i}`)) },
    recovery: { namespace: 'pex', peers: [] },
    sample: { namespace: 'pex', peers: [peer('12D3KooWPeer1')] },
    estimate: { namespace: 'pex', estimate: { size: 1_204, low: 1_130, high: 1_280, alarm: false } },
    overlay,
    degrees: {
      namespace: 'pex',
      of: 'calls',
      buckets: [
        { value: 2, count: 3 },
        { value: 3, count: 1 }
      ]
    },
    failures: { total: 1, codes: [{ code: 'PEX_TIMEOUT', count: 1 }] },
    rejections: { total: 0, reasons: [] },
    book: { tried: 4, fresh: 1, banned: 0 }
  })

describe.skipIf(browserPath === undefined)(`the page${whySkipped}`, () => {
  beforeAll(async () => {
    browser = await openBrowser()
    mkdirSync(pictures, { recursive: true })
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    await Promise.all(browser.contexts().map(context => context.close()))
    await Promise.all(dashboards.splice(0).map(each => each.stop()))
  })

  it(
    'shows a live cluster as it changes: who comes, who is killed, in light and dark and at phone width',
    { timeout: 120_000 },
    async () => {
      const first = new TestHost(temporaryDirectory(), ['--dashboard', '127.0.0.1:0'])
      const { address, id } = await first.listening()
      const url = String((await first.event('listening'))['dashboard'])
      const join3 = (): TestHost => new TestHost(temporaryDirectory(), ['--bootstrap', address])
      const second = join3()
      const { id: secondId } = await second.listening()
      await first.knows([secondId])

      const { page, complaints } = await open(url)
      await live(page)
      expect(await page.locator('#who').textContent()).toBe(id)
      const peers = page.locator('#view tbody tr')
      const row = (peerId: string) => peers.filter({ hasText: peerId.slice(-8) })
      await row(secondId).waitFor()
      expect(await peers.count()).toBe(1)

      const third = join3()
      const { id: thirdId } = await third.listening()
      await row(thirdId).waitFor()
      await page
        .locator('#news')
        .getByText(`+…${thirdId.slice(-8)}`)
        .first()
        .waitFor()
      await page.locator('#overlay-caption').getByText('3 hosts').waitFor()
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        await page.screenshot({ path: join(pictures, `host-${scheme}.png`), fullPage: true })
      }
      await page.setViewportSize({ width: 375, height: 800 })
      await page.screenshot({ path: join(pictures, 'host-narrow.png'), fullPage: true })
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      ).toBeLessThanOrEqual(0)

      third.kill('SIGKILL')
      await row(thirdId).waitFor({ state: 'detached', timeout: 60_000 })
      await row(secondId).waitFor()
      expect(complaints).toEqual([])
      first.kill('SIGTERM')
      await page.locator('#link.lost').waitFor()
    }
  )

  it('makes nothing but text of what strangers choose', { timeout: 60_000 }, async () => {
    const evil = `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>`
    const turned = 'abc\u202Edcba'
    const hostile = peer(evil, {
      addresses: [`/dns4/${evil}/tcp/1`, `javascript:hacked=1`],
      netgroup: `dns/${evil}`
    })
    const world = madeUp(
      {
        view: { namespace: 'pex', peers: [hostile, peer(turned)] },
        recovery: { namespace: 'pex', peers: [hostile] },
        sample: { namespace: 'pex', peers: [hostile] },
        overlay: {
          ...overlay,
          nodes: overlay.nodes.map(node => ({ ...node, id: node.id + evil, name: evil }))
        },
        failures: { total: 1, codes: [{ code: evil, count: 1 }] },
        rejections: { total: 1, reasons: [{ reason: evil, count: 1 }] },
        store: { kind: evil, lastProblem: { at: 0, message: evil } }
      },
      [evil, 'b']
    )
    const { page, complaints } = await open(await serving(world))
    await live(page)
    world.recorder.heard({ event: 'failed', namespace: evil, peer: null, addrs: [evil], code: evil })
    world.recorder.heard({ event: 'rejected', namespace: evil, peer: evil, reason: evil }, { host: evil })
    world.recorder.heard({ event: 'view', namespace: evil, size: 1, added: [evil], removed: [evil] })
    await page.locator('#news li').nth(2).waitFor()
    for (const details of await page.locator('summary').all()) await details.click()
    const counts = await page.evaluate(() => ({
      hacked: 'hacked' in globalThis,
      scripts: document.querySelectorAll('script').length,
      images: [...document.images].filter(image => !image.src.endsWith('/assets/icon.svg')).length,
      handlers: document.querySelectorAll('[onerror],[href^="javascript"]').length,
      turned: document.body.textContent.includes('\u202E')
    }))
    expect(counts).toEqual({ hacked: false, scripts: 1, images: 0, handlers: 0, turned: false })
    expect(await page.locator('#rejections tbody th').textContent()).toBe(evil)
    expect(await page.locator('#view tbody .address').first().getAttribute('title')).toContain(evil)
    expect(complaints).toEqual([])
  })

  it(
    'is not to be had under a name, nor from a page of another origin, nor in a frame',
    { timeout: 60_000 },
    async () => {
      const url = await serving(well())
      const { page } = await open('about:blank')
      const reply = await page.goto(url.replace('127.0.0.1', 'evil.test'))
      expect([reply!.status(), await reply!.text()]).toEqual([403, expect.stringContaining('PEX_HOST')])
      const stranger = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${url}"></iframe>`)
      })
      await new Promise<void>(resolve => stranger.listen(0, '127.0.0.1', resolve))
      const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
      try {
        await page.goto(origin)
        const seen = await page.evaluate(async target => {
          const answers = await Promise.all(
            (['cors', 'no-cors'] as const).map(mode =>
              fetch(`${target}/api/v1/self`, { mode }).then(
                answer => `${answer.type} ${answer.status}`,
                () => 'nothing'
              )
            )
          )
          const source = new EventSource(`${target}/api/v1/events`)
          const stream = await new Promise(resolve => {
            source.onopen = () => resolve('open')
            source.onerror = () => resolve('nothing')
          })
          return [...answers, stream]
        }, url)
        expect(seen).toEqual(['nothing', 'nothing', 'nothing'])
        expect(await page.frames()[1]?.locator('#grid').count()).toBe(0)
      } finally {
        stranger.closeAllConnections()
        stranger.close()
      }
    }
  )

  it('asks for the token, without any script, and is open to who knows it', { timeout: 60_000 }, async () => {
    const url = await serving(well(), 'correct-horse-battery')
    const { page, complaints } = await open(url)
    await page.screenshot({ path: join(pictures, 'token.png') })
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('token')
    for (const token of ['wrong', 'correct-horse-battery']) {
      await page.getByLabel('Token of this host').fill(token)
      await page.keyboard.press('Enter')
      await page.locator('[role=alert], #grid').waitFor({ state: 'attached' })
    }
    await live(page)
    expect(page.url()).toBe(`${url}/`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(complaints.filter(text => !text.includes('401'))).toEqual([])
    const { page: bare } = await open(url, { javaScriptEnabled: false })
    await bare.getByLabel('Token of this host').fill('correct-horse-battery')
    await bare.getByRole('button').click()
    await bare.locator('#grid').waitFor({ state: 'attached' })
  })

  it(
    'is walked through with the keyboard: all in order, each seen, and no way without a way out',
    { timeout: 60_000 },
    async () => {
      const { page } = await open(await serving(well()))
      await live(page)
      const walk: string[] = []
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        const place = await page.evaluate(() => {
          const focused = document.activeElement
          if (focused === null || focused === document.body) return 'out'
          const seen = focused.closest('label') ?? focused
          const { outlineStyle } = getComputedStyle(seen)
          const card = focused.closest('section')?.id ?? ''
          const name = focused.getAttribute('aria-label') ?? focused.textContent ?? ''
          return `${outlineStyle === 'none' ? 'UNSEEN ' : ''}${card} ${focused.localName} ${name.slice(0, 24).trim()}`.trim()
        })
        if (place === 'out') break
        walk.push(place)
      }
      expect(walk).toEqual([
        'a Skip to the figures',
        'overlay canvas Overlay. The arrow keys',
        'overlay summary As a table',
        'exchanges input',
        'exchanges summary As a table',
        'traffic summary As a table',
        'view div View, table',
        'degrees summary As a table',
        'sample div Sample, table',
        'a /api/v1'
      ])
      await page.locator('canvas').focus()
      await page.keyboard.press('ArrowRight')
      expect(await page.locator('#overlay-caption').textContent()).toContain('12D3KooW0, this host; holds ')
      await page.keyboard.press('ArrowLeft')
      expect(await page.locator('#overlay-caption').textContent()).toContain('12D3KooW8')
      await page.keyboard.press('Escape')
      expect(await page.locator('#overlay-caption').textContent()).toContain('9 hosts')
      await page.locator('#overlay summary').focus()
      await page.keyboard.press('Enter')
      await page.locator('#overlay details tbody tr').nth(8).waitFor()
      await page.locator('#exchanges input').first().focus()
      const answered = page.waitForResponse(response => response.url().includes('every=60'))
      await page.keyboard.press('ArrowRight')
      await answered
    }
  )

  it(
    'is fit for screen readers: no rule of WCAG 2.2 AA that a machine can check is broken, and news are not chatty',
    { timeout: 90_000 },
    async () => {
      const world = well()
      const { page } = await open(await serving(world))
      await live(page)
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        for (const size of [
          { width: 1_280, height: 900 },
          { width: 375, height: 800 }
        ]) {
          await page.setViewportSize(size)
          await page.evaluate(axe)
          const broken = await page.evaluate(async () => {
            const { axe: checker } = globalThis as unknown as { axe: typeof import('axe-core') }
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
            const { violations } = await checker.run(document, { runOnly: tags })
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)
          })
          expect(broken, `${scheme} ${size.width}`).toEqual([])
        }
      }
      const said: string[] = []
      await page.exposeFunction('said', (text: string) => said.push(text))
      await page.evaluate(() => {
        const status = document.getElementById('status')!
        const { said: tell } = globalThis as unknown as { said(text: string): void }
        new MutationObserver(() => tell(status.textContent)).observe(status, { childList: true })
      })
      for (let i = 0; i < 4; i++) {
        world.recorder.heard({ event: 'view', namespace: 'pex', size: i, added: [`p${i}`], removed: [] })
        await page.waitForResponse(response => response.url().includes('/view'))
      }
      expect(said.length).toBeLessThanOrEqual(1)
    }
  )

  it('stays fluid with 2 000 nodes', { timeout: 90_000 }, async () => {
    const { page, complaints } = await open(await serving(madeUp({ overlay: randomOverlay(2_000, 32) })))
    await live(page)
    const frames = await page.evaluate(
      () =>
        new Promise<number[]>(resolve => {
          const times: number[] = []
          const look = (time: number): void => {
            times.push(time)
            if (time - times[0]! < 4_000) requestAnimationFrame(look)
            else resolve(times.slice(1).map((each, i) => each - times[i]!))
          }
          requestAnimationFrame(look)
        })
    )
    const sorted = frames.toSorted((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
    await page.screenshot({ path: join(pictures, 'large.png') })
    // On two idle cores p50 and p95 are 17 ms, the longest frame 33 to 50 ms; others may use this machine as well.
    expect(at(0.5), `p95 ${at(0.95)}, max ${at(1)}`).toBeLessThan(50)
    expect(await page.locator('#overlay-caption').textContent()).toContain('64\u202F000 edges')
    expect(complaints).toEqual([])
  })
})
