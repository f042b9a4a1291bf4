/**
 * Who can be heard by whom: a partition into groups, and single directions that are cut.
 */

export interface Links {
  /** Splits the hosts: only those of one group hear each other. The ids that no group names are one more group. */
  partition(groups: readonly (readonly string[])[]): void
  /** From now on nothing that `from` sends reaches `to`; the other direction is as it was. */
  cut(from: string, to: string): void
  /** Undoes every partition and every cut. */
  heal(): void
  carries(from: string, to: string): boolean
}

export function createLinks(): Links {
  // Bounded by the ids that the test names in its own calls, and emptied by `heal`.
  const groupOf = new Map<string, number>()
  // Bounded in the same way.
  const cuts = new Map<string, Set<string>>()

  return {
    partition(groups) {
      groupOf.clear()
      groups.forEach((ids, group) => ids.forEach(id => groupOf.set(id, group)))
    },
    cut(from, to) {
      const deaf = cuts.get(from) ?? new Set()
      cuts.set(from, deaf.add(to))
    },
    heal() {
      groupOf.clear()
      cuts.clear()
    },
    carries(from, to) {
      return groupOf.get(from) === groupOf.get(to) && cuts.get(from)?.has(to) !== true
    }
  }
}
