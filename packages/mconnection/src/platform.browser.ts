/** The primitives in browsers: noble's. */
export { primitives } from './noble.ts'
