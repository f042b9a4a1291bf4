/** Drawings as wide as their place, so that their letters keep their size on a phone. */

/** Before there is any layout. */
const USUAL = 480

/** The width of a drawing, in CSS pixels, which are its units. */
export function widthOf(drawing: SVGSVGElement): number {
  return Math.round(drawing.clientWidth) || USUAL
}

/** Calls back whenever a drawing gets another width, and not for its height. */
export function onWidth(drawing: SVGSVGElement, callback: (width: number) => void): void {
  let last = 0
  new ResizeObserver(() => {
    const width = widthOf(drawing)
    if (width === last) return
    last = width
    callback(width)
  }).observe(drawing)
}
