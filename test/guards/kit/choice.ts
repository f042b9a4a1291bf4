/** Which guards a run is about. */
import type { Listed } from './guard.ts'

/** Whether a guard has one of the words: its threat, its area, or a piece of its name or of its file. */
export function isChosen({ threat, area, name, file }: Listed, words: readonly string[]): boolean {
  return (
    words.length === 0 ||
    words.some(word => word === threat || word === area || name.includes(word) || file.includes(word))
  )
}

/** The nth of so many equal parts: guards with the same tests stay together. */
export function shardOf<T>(all: readonly T[], nth: number, parts: number): readonly T[] {
  const size = Math.ceil(all.length / parts)
  return all.slice((nth - 1) * size, nth * size)
}

/** What `npm test` breaks each time: one guard of each kind, whose tests take no second. */
export const sampled: readonly string[] = [
  'a record is measured before it is read',
  'the signature is verified',
  'who signs is whose record it is',
  'nobody answers to our own name',
  'a duplicate id rejects the message',
  'a hop above the limit drops the record',
  'an older record is dropped',
  'a bounded map is bounded',
  'an IPv4 address inside an IPv6 one is found',
  'a message is measured before it is read',
  'records are counted before they are read',
  'nothing is read behind the end',
  'traversal is bounded'
]
