import { Overlay } from '@pex/sim'
import { describe, expect, it } from 'vitest'

/** So many nodes, each told of the one before, mixed for some rounds. */
function chain(nodes: number, { rounds = 30, room = nodes, seed = 1 } = {}): Overlay {
  const overlay = new Overlay({ policy: 'cyclon', nodes: room, viewSize: 8, seed })
  for (let node = 0; node < nodes; node++) expect(overlay.join(node === 0 ? undefined : node - 1)).toBe(node)
  for (let round = 0; round < rounds; round++) overlay.round()
  return overlay
}

const views = (overlay: Overlay, nodes: number): number[][] =>
  Array.from({ length: nodes }, (_, node) => overlay.view(node))

describe('an overlay', () => {
  it('knows what each node was told until a round is played, and full views soon after', () => {
    expect(views(chain(3, { rounds: 0 }), 3)).toEqual([[], [0], [1]])
    expect(views(chain(40), 40).every(view => view.length === 8)).toBe(true)
  })

  it('is the same for the same seed and steps, and another one for another seed', () => {
    expect(views(chain(40), 40)).toEqual(views(chain(40), 40))
    expect(views(chain(40, { seed: 2 }), 40)).not.toEqual(views(chain(40), 40))
  })

  it('is rid of the dead in time, and takes in who joins later', () => {
    const overlay = chain(40, { room: 41 })
    overlay.kill(7)
    overlay.kill(7)
    expect(overlay.join(3)).toBe(40)
    for (let round = 0; round < 40; round++) overlay.round()
    const held = new Set(views(overlay, 41).flatMap((view, node) => (node === 7 ? [] : view)))
    expect(held.has(7)).toBe(false)
    expect(held.has(40)).toBe(true)
  })

  it('keeps even and odd apart while it is split; memory outlives that', () => {
    const overlay = chain(40)
    overlay.split(true)
    for (let round = 0; round < 100; round++) overlay.round()
    const crosses = (rows: number[][]): boolean =>
      rows.some((row, node) => row.some(peer => peer % 2 !== node % 2))
    expect(crosses(views(overlay, 40))).toBe(false)
    expect(crosses(Array.from({ length: 40 }, (_, node) => overlay.memory(node)))).toBe(true)
    overlay.split(false)
    for (let round = 0; round < 40; round++) overlay.round()
    expect(crosses(views(overlay, 40))).toBe(true)
  })

  it('lets nodes turn hostile, which plain gossip does not survive', () => {
    const overlay = chain(40)
    overlay.turn([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (let round = 0; round < 100; round++) overlay.round()
    expect(overlay.view(20).every(peer => peer < 10)).toBe(true)
  })

  it('has room for as many as it was made for, and knows core’s policies by name', () => {
    expect(() => chain(3).join(0)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
    expect(() => new Overlay({ policy: 'nonsense', nodes: 2, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})
