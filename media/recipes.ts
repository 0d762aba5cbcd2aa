import { canonicalEdits, type Edits } from './edits.ts'

/** The size in pixels of a picture that is upright. */
type Size = { width: number; height: number }

/**
 * The best picture that a platform takes for a kind of post: an upright sRGB JPEG without camera
 * data, scaled down into `box`.
 */
export type Recipe = {
  box: Size
  /** Whether a picture that is wider than high has the box turned by 90 degrees. */
  turns?: boolean | undefined
  /** The allowed ratios of width to height. A picture outside them gets white bars. */
  ratios?: { least: number; most: number } | undefined
  maxBytes: number
}

/** What the library keeps of each picture, for its pages and for platforms that take it as it is. */
export const libraryRecipe: Recipe = { box: { width: 2048, height: 2048 }, maxBytes: 4_000_000 }

/** Increase it when the same recipe gives another file. */
const version = 1

/** The same text for the same recipe. `readRecipe` reads it. */
const recipeText = ({ box, turns, ratios, maxBytes }: Recipe): string =>
  JSON.stringify({
    version,
    box: [box.width, box.height],
    turns: turns === true,
    ratios: ratios ? [ratios.least, ratios.most] : null,
    maxBytes,
  })

/** Reads what `recipeText` has written. Null for a video. */
export const readRecipe = (text: string): Recipe | null => {
  if (text === videoRecipe) return null
  const { box, turns, ratios, maxBytes } = JSON.parse(text) as {
    box: [number, number]
    turns: boolean
    ratios: [number, number] | null
    maxBytes: number
  }
  return {
    box: { width: box[0], height: box[1] },
    turns,
    ratios: ratios ? { least: ratios[0], most: ratios[1] } : undefined,
    maxBytes,
  }
}

/** The size of the picture, and of the canvas in whose middle it is. Both are equal without bars. */
export type PicturePlan = { picture: Size; canvas: Size }

/** Whole pixels can't match a ratio exactly: 1080 x 566 is Instagram's own example of 1.91:1. */
const ratioSlack = 0.005

/** How the recipe scales an upright picture. It never enlarges one. */
export const planPicture = (size: Size, { box, turns, ratios }: Recipe): PicturePlan => {
  const canvas = withBars(size, ratios)
  const { width, height } =
    turns && canvas.width > canvas.height ? { width: box.height, height: box.width } : box
  const scale = Math.min(1, width / canvas.width, height / canvas.height)
  const scaled = (pixels: number) => Math.max(1, Math.round(pixels * scale))
  const outer = {
    width: Math.min(width, scaled(canvas.width)),
    height: Math.min(height, scaled(canvas.height)),
  }
  return {
    picture: {
      width: Math.min(outer.width, scaled(size.width)),
      height: Math.min(outer.height, scaled(size.height)),
    },
    canvas: outer,
  }
}

const withBars = ({ width, height }: Size, ratios: Recipe['ratios']): Size => {
  if (!ratios || !needsBars({ width, height }, ratios)) return { width, height }
  if (width / height < ratios.least) return { width: Math.ceil(height * ratios.least), height }
  return { width, height: Math.ceil(width / ratios.most) }
}

/** Whether a picture of this size is outside the ratios. */
const needsBars = (
  { width, height }: Size,
  { least, most }: NonNullable<Recipe['ratios']>,
): boolean => width / height < least - ratioSlack || width / height > most + ratioSlack

/** Whether a JPEG of the library can be sent as it is. */
const fits = (picture: Size & { sizeBytes: number }, recipe: Recipe): boolean => {
  const { canvas } = planPicture(picture, recipe)
  return (
    canvas.width === picture.width &&
    canvas.height === picture.height &&
    picture.sizeBytes <= recipe.maxBytes
  )
}

/** A video that a post crops, turns or trims has the one format that every platform takes. */
const videoRecipe = JSON.stringify({ version, video: 'standard' })

type Source = Size & { id: string; kind: 'image' | 'video'; sizeBytes: number; edits: Edits | null }

/** The rendition that has to be made of a file in a post. Null if its own file can be sent. */
export const wantedRendition = (
  media: Source,
  recipe: Recipe = libraryRecipe,
): { mediaId: string; recipe: string; edits: string } | null => {
  const edits = canonicalEdits(media.edits)
  if (edits === '' && (media.kind === 'video' || fits(media, recipe))) return null
  return {
    mediaId: media.id,
    recipe: media.kind === 'video' ? videoRecipe : recipeText(recipe),
    edits,
  }
}
