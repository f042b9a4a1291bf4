/** The page in a real browser: two tabs and a host in Node over WebSockets, tab to tab over WebRTC, and back after a reload. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import type { Tab } from '../src/node.ts'

const path = process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync)
const why = path === undefined ? ' (skipped: no Chromium here; CHROMIUM may name one)' : ''

const ends: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Starts the server; resolves to the address that it prints. */
async function serve(): Promise<string> {
  const main = fileURLToPath(new URL('../src/serve.ts', import.meta.url))
  const child: ChildProcess = spawn(process.execPath, ['--conditions=@pex/source', main, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  ends.push(() => {
    const closed = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGTERM')
    return closed
  })
  for await (const line of createInterface({ input: child.stdout! }))
    if (line.startsWith('open ')) return line.slice('open '.length)
  throw new Error('the server ended')
}

async function browser(): Promise<Browser> {
  // Containers give no rights for its own sandbox, and no multicast for the names that hide addresses.
  const args = ['--no-sandbox', '--disable-features=WebRtcHideLocalIpsWithMdns']
  const opened = await chromium.launch({ executablePath: path!, args })
  ends.push(() => opened.close())
  return opened
}

/** The server puts the page together when it is asked for the first time, and that takes a while. */
async function started(page: Page): Promise<void> {
  await page.waitForFunction(() => (document.getElementById('self')?.textContent ?? '') !== '', undefined, {
    timeout: 60_000
  })
}

/** A tab on the page, and what it has complained of. */
async function tab(from: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await (await from.newContext()).newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  await page.goto(url)
  await started(page)
  return { page, errors }
}

const idOf = (page: Page): Promise<string> => page.textContent('#self').then(text => text!)

/** Waits until the page's tab knows these peers. */
async function knows(page: Page, ...ids: readonly string[]): Promise<void> {
  await page.waitForFunction(
    wanted => {
      const shown = [...document.querySelectorAll('#peers td:first-child')].map(
        cell => (cell as HTMLElement).title
      )
      return wanted.every(id => shown.includes(id))
    },
    ids,
    { timeout: 60_000 }
  )
}

/** How the page's tab is connected with a peer. */
function waysTo(page: Page, peer: string): Promise<string[]> {
  return page.evaluate(id => {
    const { tab } = globalThis as unknown as { tab: Tab }
    const connections = tab.getConnections().filter(({ remotePeer }) => remotePeer.toString() === id)
    return connections.map(({ remoteAddr }) => remoteAddr.toString())
  }, peer)
}

describe.skipIf(path === undefined)(`the page${why}`, () => {
  it(
    'knows the host in Node over WebSockets and the other tab over WebRTC, and both again after a reload',
    { timeout: 240_000 },
    async () => {
      const url = await serve()
      const relay = url.split('/p2p/').at(-1)!
      const chrome = await browser()
      const one = await tab(chrome, url)
      const two = await tab(chrome, url)
      const [a, b] = [await idOf(one.page), await idOf(two.page)]
      await knows(one.page, relay, b)
      await knows(two.page, relay, a)

      // They talk: an exchange of one with the other has been, and no relay carried it.
      const exchanged = one.page.evaluate(
        other =>
          new Promise<string>(resolve => {
            const { tab } = globalThis as unknown as { tab: Tab }
            tab.services.pex.addEventListener('exchange:complete', ({ detail }) => {
              if (detail.peer === other) resolve(detail.role)
            })
          }),
        b
      )
      await exchanged
      const ways = [...(await waysTo(one.page, b)), ...(await waysTo(two.page, a))]
      expect(
        ways.some(way => way.includes('/webrtc')),
        ways.join(' ')
      ).toBe(true)

      await one.page.reload()
      await started(one.page)
      expect(await idOf(one.page), 'the same host as before').toBe(a)
      // From the store, before anybody could have been asked.
      expect(Number(await one.page.textContent('#count'))).toBeGreaterThan(0)
      await knows(one.page, relay, b)
      await knows(two.page, a)
      expect([...one.errors, ...two.errors]).toEqual([])
    }
  )

  it('says what to do where no relay is named', { timeout: 120_000 }, async () => {
    const url = await serve()
    const page = await (await browser()).newPage()
    await page.goto(url.replace(/#.*/, ''))
    await page.waitForFunction(
      () => document.getElementById('state')?.textContent?.includes('No relay') === true,
      undefined,
      {
        timeout: 60_000
      }
    )
    expect(await page.textContent('#state')).toContain('npm run browser')
  })
})
