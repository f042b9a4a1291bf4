/** How the site looks and is found; what it says is in the pages. Nothing in it is fetched from elsewhere, search included. */
import { readFileSync } from 'node:fs'
import type { DefaultTheme, UserConfig } from 'vitepress'

const sidebar = JSON.parse(
  readFileSync(new URL('./sidebar.json', import.meta.url), 'utf8')
) as DefaultTheme.SidebarItem[]

/** GitHub's anchors, so that a link works in the repository and here. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

const config: UserConfig<DefaultTheme.Config> = {
  title: 'pex',
  description:
    'Peer exchange for TypeScript: every node knows a fresh, random, bounded sample of its network',
  lang: 'en',
  cleanUrls: true,
  cacheDir: '../cache',
  // src/site checks all of them, anchors included.
  ignoreDeadLinks: true,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['meta', { name: 'theme-color', content: '#0f766e' }]
  ],
  markdown: {
    anchor: { slugify },
    headers: { slugify },
    toc: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' }
  },
  themeConfig: {
    logo: '/logo.svg',
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      // What is told comes before what is listed.
      options: {
        miniSearch: { searchOptions: { boostDocument: id => (String(id).startsWith('/api/') ? 0.2 : 1) } }
      }
    },
    nav: [
      { text: 'Get started', link: '/start/', activeMatch: '^/start/' },
      { text: 'Guide', link: '/guide/how-it-works', activeMatch: '^/guide/' },
      { text: 'Operate', link: '/operate/host', activeMatch: '^/operate/' },
      { text: 'Build', link: '/build/host', activeMatch: '^/build/' },
      { text: 'Reference', link: '/reference/protocol', activeMatch: '^/(?:reference|packages|api)/' }
    ],
    sidebar,
    socialLinks: [{ icon: 'github', link: 'https://github.com/pex-js/pex' }],
    editLink: {
      // Told by stage.ts: most pages lie elsewhere than where the site has them.
      pattern: ({ frontmatter, filePath }) =>
        `https://github.com/pex-js/pex/edit/main/${(frontmatter['source'] as string | undefined) ?? `apps/docs/src/pages/${filePath}`}`,
      text: 'Edit this page'
    },
    footer: { message: 'Apache-2.0 OR MIT' }
  }
}

// oxlint-disable-next-line import/no-default-export -- vitepress takes the default
export default config
