/** The page: who is in this tab's view, as a picture and as a table. The relay's address stands behind the # of the page's own. */
import { NAMESPACE } from './namespace.ts'
import { openTab } from './node.ts'
import type { Tab } from './node.ts'
import { Picture } from './picture.ts'

const at = (id: string): HTMLElement => document.getElementById(id)!
const picture = new Picture(at('picture') as HTMLCanvasElement)
const state = at('state')

function show(tab: Tab): void {
  const view = tab.services.pex.view(NAMESPACE)
  picture.show(view)
  at('count').textContent = String(view.length)
  at('noun').textContent = view.length === 1 ? 'peer' : 'peers'
  at('peers').replaceChildren(
    ...view.map(({ id, age, addresses }) =>
      row(id, `${age} ${age === 1 ? 'round' : 'rounds'}`, wayOf(addresses))
    )
  )
}

/** What others say is only ever text. */
function row(...texts: readonly string[]): HTMLTableRowElement {
  const line = document.createElement('tr')
  for (const [i, text] of texts.entries()) {
    const cell = line.insertCell()
    const code = i === 0 ? cell.appendChild(document.createElement('code')) : cell
    code.textContent = i === 0 ? `…${text.slice(-12)}` : text
    cell.title = text
  }
  return line
}

function wayOf(addresses: readonly string[]): string {
  if (addresses.some(address => address.includes('/webrtc'))) return 'over WebRTC'
  return addresses.some(address => /\/wss?(?:\/|$)/.test(address)) ? 'over WebSockets' : 'not from here'
}

async function run(): Promise<void> {
  const relay = decodeURIComponent(location.hash.slice(1))
  if (!relay.startsWith('/')) {
    state.textContent =
      'No relay: open the address that `npm run browser` has printed, with all that is behind its #.'
    return
  }
  const tab = await openTab(relay)
  at('self').textContent = tab.peerId.toString()
  const { pex } = tab.services
  pex.addEventListener('view:update', () => show(tab))
  pex.addEventListener('round', ({ detail }) => {
    state.textContent =
      detail.reached === undefined ? 'nobody answers just now; trying again' : `round ${detail.round}`
    show(tab)
  })
  show(tab)
  // For whoever looks in with the console, and for the test.
  Object.assign(globalThis, { tab })
  addEventListener('pagehide', () => void tab.stop())
}

run().catch((error: unknown) => {
  state.textContent = `This tab could not start: ${String(error)}`
  throw error
})
