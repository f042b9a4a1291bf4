/** Disjoint sets of numbers below n, joined by size, with paths halved (Tarjan & van Leeuwen 1984). */
export class UnionFind {
  readonly #parents: Uint32Array
  readonly #sizes: Uint32Array

  constructor(n: number) {
    this.#parents = new Uint32Array(n)
    for (let i = 0; i < n; i++) this.#parents[i] = i
    this.#sizes = new Uint32Array(n).fill(1)
  }

  find(item: number): number {
    const parents = this.#parents
    let at = item
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!
      at = parents[at]!
    }
    return at
  }

  /** Makes one set of those of two items; returns its size. */
  join(a: number, b: number): number {
    let large = this.find(a)
    let small = this.find(b)
    const sizes = this.#sizes
    if (large === small) return sizes[large]!
    if (sizes[large]! < sizes[small]!) [large, small] = [small, large]
    this.#parents[small] = large
    return (sizes[large]! += sizes[small]!)
  }
}
