import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import { canonicalEdits, rotatedSize } from '../../../media/edits.ts'
import type { PostKind } from '../../../platforms/post-kind.ts'
import type { View } from '../../http/render.ts'
import type { ChannelDraft, Composer } from '../composer.ts'
import type { EditorFields, ReadEditor } from './form.ts'
import { type CropShape, shapes } from './shapes.ts'

type Wanted = { label: string; shape: NonNullable<PostKind['shape']> }

/** The shapes of the chosen accounts' kinds, once per platform. */
const wantedShapes = (composer: Composer): Wanted[] => {
  const found = chosenIn(composer).flatMap(({ platform, kind }) => {
    const shape = platform.kinds.find(({ name }) => name === kind)?.shape
    return shape ? [{ label: platform.label, shape }] : []
  })
  return [...new Map(found.map((one) => [`${one.label} ${one.shape.best}`, one])).values()]
}

/**
 * The shape to start with for a file without a crop: what the first platform suggests that would
 * add bars to the file or cut it. Null if all show it whole.
 */
export const startShape = (composer: Composer, media: ComposedMedia): string | null => {
  const { width, height } = rotatedSize(media, media.edits)
  return wantedShapes(composer).find(isOutside(width / height))?.shape.best ?? null
}

/** Accounts whose cover is a frame of the video. */
export const coverChannels = (composer: Composer, media: ComposedMedia): ChannelDraft[] =>
  media.kind === 'video'
    ? chosenIn(composer).filter(
        ({ platform, kind }) => platform.kinds.find(({ name }) => name === kind)?.hasCoverSecond,
      )
    : []

const chosenIn = ({ channels }: Composer): ChannelDraft[] =>
  channels.filter((one) => one.chosen && !one.sent)

/**
 * The data for the editor's templates. `kept`: the fields of the composer, which travel through the
 * page. Empty in the dialog, below which the composer stays.
 */
export const editorView = (
  composer: Composer,
  media: ComposedMedia,
  editor: {
    typed: EditorFields
    read: ReadEditor
    base: string
    kept: [string, string][]
    dialog: boolean
  },
): View => {
  const { read } = editor
  const wanted = wantedShapes(composer)
  const covers = coverChannels(composer, media)
  const size = rotatedSize(media, read.edits)
  return {
    ...editor,
    faults: read.faults,
    media: { ...media, edits: read.edits },
    size,
    edits: canonicalEdits(read.edits),
    number: composer.media.indexOf(media) + 1,
    count: composer.media.length,
    shapes: shapes.map((shape) => ({
      ...shape,
      ...judged(shape, size, wanted),
      turned:
        shape.name === 'original'
          ? judged(shape, { width: size.height, height: size.width }, wanted).outside
          : '',
    })),
    hints: [...new Set(wanted.map(({ shape }) => shape.words))],
    covers: covers.map(({ channel, platform }) => ({
      name: `${channel.id}.cover_second`,
      label: platform.label,
    })),
    coversDiffer:
      new Set(covers.map(({ values }) => values.cover_second ?? '')).size > 1
        ? ' These accounts have different covers now. A new one here applies to all of them.'
        : '',
    coverLabels: [...new Set(covers.map(({ platform }) => platform.label))].join(', '),
    heading: media.kind === 'video' ? 'Edit video' : 'Crop photo',
  }
}

const isOutside =
  (ratio: number) =>
  ({ shape: { least = 0, most = Number.POSITIVE_INFINITY } }: Wanted): boolean =>
    ratio < least - 0.005 || ratio > most + 0.005

/** Which platforms suggest this shape, and what those do to it that don't take it. */
const judged = (
  { name, ratio }: CropShape,
  size: { width: number; height: number },
  wanted: Wanted[],
) => {
  const shown = name === 'original' ? size.width / size.height : ratio
  return {
    wantedBy: wanted
      .filter(({ shape }) => shape.best === name)
      .map(({ label }) => label)
      .join(', '),
    outside: wanted
      .filter(shown === null ? () => false : isOutside(shown))
      .flatMap(({ shape }) => shape.outside ?? [])
      .join(', '),
    drawn: outline(shown),
  }
}

/** Width and height of the drawing of a shape, at most 26 wide and 26 high. */
const outline = (ratio: number | null): { width: number; height: number } => {
  const shown = ratio === null ? 1 : Math.min(4, Math.max(0.25, ratio))
  return shown >= 1
    ? { width: 26, height: Math.round(26 / shown) }
    : { width: Math.round(26 * shown), height: 26 }
}
