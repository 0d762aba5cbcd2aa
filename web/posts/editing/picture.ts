import { type Edits, keptPart, rotatedSize } from '../../../media/edits.ts'

type Picture = { kind: 'image' | 'video'; width: number; height: number; edits?: Edits | null }

/** How an SVG shows the kept part of a file. Units are pixels of the file. */
type Drawn = { viewBox: string; width: number; height: number; transform: string }

/** Null if the file is shown as it is. `whole`: also the parts that a crop leaves out. */
export const editedPicture = (media: Picture, whole = false): Drawn | null => {
  const edits = media.edits ?? null
  if (!whole && !edits?.crop && !edits?.rotate) return null
  const turned = rotatedSize(media, edits)
  const part = whole ? { left: 0, top: 0, ...turned } : keptPart(media, edits)
  return {
    viewBox: `${part.left} ${part.top} ${part.width} ${part.height}`,
    width: part.width,
    height: part.height,
    transform: turns[edits?.rotate ?? 0](media),
  }
}

/** Rotates around the left top and moves the result back to it. */
const turns: Record<0 | 90 | 180 | 270, (size: { width: number; height: number }) => string> = {
  0: () => '',
  90: ({ height }) => `translate(${height} 0) rotate(90)`,
  180: ({ width, height }) => `translate(${width} ${height}) rotate(180)`,
  270: ({ width }) => `translate(0 ${width}) rotate(270)`,
}
