/** How several photos are laid out, as preview.css draws it, and how many are not shown. */
export type Tiles = { layout: string; shown: number; more: number }

const mostShown = 5

/**
 * The first photo decides, as on Facebook: two lie on top of each other or stand side by side, the
 * first of three or four is large, and five are two rows or columns. `ratio`: width to height of
 * the first photo.
 */
export const photoTiles = (count: number, ratio: number): Tiles => {
  const shown = Math.min(count, mostShown)
  const more = count - shown
  if (shown === 5) return { layout: `5-${ratio < 0.95 ? 'tall' : 'wide'}`, shown, more }
  return {
    layout: `${shown}-${ratio > 1.05 ? 'wide' : ratio < 0.95 ? 'tall' : 'square'}`,
    shown,
    more,
  }
}
