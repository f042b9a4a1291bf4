/** The figures of the moment, each a name and a value. */
import { byId, el, setText } from './dom.ts'

export interface Tile {
  readonly name: string
  readonly value: string
  /** In small letters below. */
  readonly note?: string
  readonly isBad?: boolean
}

export function setTiles(tiles: readonly Tile[]): void {
  const list = byId('tiles')
  if (list.children.length !== tiles.length)
    list.replaceChildren(
      ...tiles.map(({ name }) => el('li', {}, el('span', {}, name), el('strong'), el('span')))
    )
  for (const [i, { value, note = '', isBad = false }] of tiles.entries()) {
    const tile = list.children[i]!
    setText(tile.children[0]!, tiles[i]!.name)
    setText(tile.children[1]!, value)
    setText(tile.children[2]!, note === '' ? '\u00A0' : note)
    tile.className = isBad ? 'bad' : ''
  }
}
