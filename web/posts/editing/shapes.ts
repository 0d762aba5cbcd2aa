import { type Edits, rotatedSize } from '../../../media/edits.ts'

type Crop = NonNullable<Edits['crop']>
type Size = { width: number; height: number }
/** The name in the form, and the ratio of width to height. Null: any, or that of the file. */
export type CropShape = { name: string; label: string; ratio: number | null }

export const shapes: CropShape[] = [
  { name: '4:5', label: '4:5', ratio: 4 / 5 },
  { name: '1:1', label: '1:1', ratio: 1 },
  { name: '1.91:1', label: '1.91:1', ratio: 1.91 },
  { name: '3:4', label: '3:4', ratio: 3 / 4 },
  { name: '16:9', label: '16:9', ratio: 16 / 9 },
  { name: '9:16', label: '9:16', ratio: 9 / 16 },
  { name: 'free', label: 'Free', ratio: null },
  { name: 'original', label: 'Original', ratio: null },
]

/** The largest crop of this ratio in the middle of the rotated picture. */
export const middle = (size: Size, ratio: number): Crop => {
  const share = (ratio * size.height) / size.width
  const [width, height] = share <= 1 ? [share, 1] : [1, 1 / share]
  return { x: (1 - width) / 2, y: (1 - height) / 2, width, height }
}

/** The crop with this left, top and width in this ratio, moved and made smaller until it fits. */
export const fitted = (size: Size, ratio: number, crop: Crop): Crop => {
  const most = middle(size, ratio)
  const width = Math.min(crop.width, most.width)
  const height = (most.height * width) / most.width
  return { x: Math.min(crop.x, 1 - width), y: Math.min(crop.y, 1 - height), width, height }
}

/** The name of the shape that these edits made. A pixel more or less is the same shape. */
export const shapeOf = (media: Size, edits: Edits | null): string => {
  if (!edits?.crop) return 'original'
  const size = rotatedSize(media, edits)
  const width = edits.crop.width * size.width
  const height = edits.crop.height * size.height
  const found = shapes.find(({ ratio }) => ratio !== null && Math.abs(width - ratio * height) <= 1)
  return found?.name ?? 'free'
}
