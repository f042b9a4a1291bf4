/** Vitepress's own theme in our colours; the fonts are the reader's. Not TypeScript, for styles are no module of it. */
import DefaultTheme from 'vitepress/theme-without-fonts'
// oxlint-disable-next-line import/no-unassigned-import -- styles have no name
import './style.css'

/** @type {import('vitepress').Theme} */
const theme = { extends: DefaultTheme }

// oxlint-disable-next-line import/no-default-export -- vitepress takes the default
export default theme
