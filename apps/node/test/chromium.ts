/** A real browser for tests of pages, where the machine has one. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where the browser is; undefined on a machine without one. */
export const browserPath: string | undefined = process.env['CHROMIUM'] ?? places.find(existsSync)

/** What to add to the title of tests that are skipped. */
export const whySkipped: string =
  browserPath === undefined ? ' (skipped: no Chromium here; CHROMIUM may name one)' : ''

/** `evil.test` leads to this machine, as a name of a stranger's may. */
export function openBrowser(): Promise<Browser> {
  // Its own sandbox needs rights that containers do not give; it sees no page but ours.
  const args = ['--no-sandbox', '--host-resolver-rules=MAP evil.test 127.0.0.1']
  return chromium.launch({ executablePath: browserPath!, args })
}

/** What a page complains of: errors, in the console or uncaught, and breaches of its content policy. */
export async function complaintsOf(page: Page): Promise<string[]> {
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  await page.exposeFunction('complain', (text: string) => complaints.push(text))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => {
      const { complain } = globalThis as unknown as { complain(text: string): void }
      complain(`${event.violatedDirective}: ${event.blockedURI}`)
    })
  })
  return complaints
}
