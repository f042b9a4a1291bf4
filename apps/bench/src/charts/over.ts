/** One measure of several things over a size that grows by factors: a curve for each. */
import { number } from '../words.ts'
import { svg } from './lines.ts'
import { powers, steps } from './ticks.ts'

export interface Sized {
  /** What has been measured. */
  readonly name: string
  readonly size: number
  readonly value: number
}

export interface Labels {
  readonly title: string
  /** What the sizes are of, and what the values are. */
  readonly x: string
  readonly y: string
  /** True where the things are too far apart for one scale from zero. */
  readonly isLogarithmic: boolean
}

/** The chart as a file. What is not above zero has no place on a logarithmic one. */
export function over({ title, x, y, isLogarithmic }: Labels, all: readonly Sized[]): string {
  const measured = isLogarithmic ? all.filter(({ value }) => value > 0) : all
  const values = measured.map(({ value }) => value)
  const lines = [...new Set(measured.map(({ name }) => name))].map(name => ({
    name,
    points: measured.filter(each => each.name === name).map(({ size, value }) => [size, value] as const)
  }))
  const sizes = [...new Set(measured.map(({ size }) => size))].toSorted((a, b) => a - b)
  return svg({
    title,
    x: { name: x, ticks: around(sizes), isLogarithmic: true, write: number },
    y: {
      name: y,
      ticks: isLogarithmic ? powers(values) : steps(Math.max(...values)),
      isLogarithmic,
      write: short
    },
    lines
  })
}

/** A single size has room to both sides. */
function around(sizes: readonly number[]): readonly number[] {
  const [only = 1] = sizes
  return sizes.length > 1 ? sizes : [only / 2, only, only * 2]
}

/** Thousands and millions by their letter: there is little room beside an axis. */
function short(value: number): string {
  if (value >= 1e6) return `${number(value / 1e6)} M`
  return value >= 1e4 ? `${number(value / 1e3)} k` : number(value)
}
