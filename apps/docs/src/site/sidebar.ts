/** The order in which the pages are told; what nobody has placed stands at the end of its part. */
import type { DefaultTheme } from 'vitepress'
import type { Page } from './pages.ts'

type Item = DefaultTheme.SidebarItem

/** Parts, and the routes in each that have a place of their own, without `.md`; `name|route` gives a shorter name. */
const order: readonly [part: string, folder: string, routes: readonly string[], isClosed?: boolean][] = [
  [
    'Get started',
    'start',
    ['In Node|start/index', 'In the browser|start/browser', 'Packages|start/packages']
  ],
  [
    'Guide',
    'guide',
    [
      'How it works|guide/how-it-works',
      'Choose a transport|guide/transports',
      'Choose a store|guide/stores',
      'Choose a policy|guide/policies',
      'Beside other ways|guide/comparison',
      'Security model|guide/security'
    ]
  ],
  [
    'Operate',
    'operate',
    [
      'A host|operate/host',
      'A CometBFT seed|operate/cometbft',
      'The pex command|operate/command',
      'Metrics|operate/metrics',
      'HTTP API|operate/http-api'
    ]
  ],
  [
    'Build on it',
    'build',
    [
      'A host with protocols|build/host',
      'Test your protocol|build/testing',
      'Write a transport|build/transport',
      'Write a store|build/store'
    ]
  ],
  ['Move here', 'migrate', ['From js-libp2p modules|migrate/js-libp2p', 'From casm|migrate/casm']],
  [
    'Reference',
    'reference',
    [
      'Protocol|reference/protocol',
      'Limits|reference/limits',
      'Policies, measured|reference/policies',
      'The address book, measured|reference/address-book',
      'Benchmarks|reference/benchmarks',
      'Papers|reference/papers',
      'Architecture|reference/architecture',
      'Security|reference/security'
    ]
  ],
  ['Packages', 'packages', [], true],
  ['Examples', 'examples', [], true]
]

/** The sidebar of all pages, and at its end what can be imported: `api` are the routes of those pages by name. */
export function sidebar(pages: readonly Page[], api: ReadonlyMap<string, string>): Item[] {
  const parts = order.map(([text, folder, places, isClosed = false]) => {
    const placed = places.flatMap(place => {
      const [name = '', route = ''] = place.split('|')
      const page = pages.find(page => page.route === `${route}.md`)
      return page === undefined ? [] : [{ text: name, link: linkTo(page) }]
    })
    const rest = pages
      .filter(({ route }) => route.startsWith(`${folder}/`))
      .map(page => ({ text: shortName(page), link: linkTo(page) }))
      .filter(item => !placed.some(({ link }) => link === item.link))
    const items = [...placed, ...rest]
    // A part that cannot be closed is a heading, no button.
    return isClosed ? { text, items, collapsed: true } : { text, items }
  })
  const exports = [...api].map(([name, link]) => ({ text: name.replace(/^@pex\//, ''), link }))
  return [...parts, { text: 'Exports', items: exports, collapsed: true }]
}

function linkTo(page: Page): string {
  return `/${page.route.replace(/(?:(?<=^|\/)index)?\.md$/, '')}`
}

function shortName({ title }: Page): string {
  return title.replace(/^@pex\//, '')
}
