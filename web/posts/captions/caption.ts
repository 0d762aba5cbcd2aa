import { z } from 'zod'
import { captionKinds } from '../../../db/posts/captions/captions.ts'
import { cleanLine } from '../../../text/clean-text.ts'
import { numberFormat } from '../../../text/formatters.ts'

export const captionNameMax = 60
export const captionTextMax = 5_000
/** In a workspace. */
export const captionsMax = 300
export const captionSearchMax = 100

/** What is typed for a saved caption or a group of hashtags. */
export const captionIn = z.object({
  kind: z.enum(captionKinds, { error: 'Choose what it is.' }),
  name: z
    .string()
    .transform((typed) => cleanLine(typed).split(' ').filter(Boolean).join(' '))
    .pipe(
      z
        .string()
        .min(1, 'Enter a name.')
        .max(captionNameMax, `Use at most ${captionNameMax} characters.`),
    ),
  text: z
    .string()
    .transform((typed) => typed.replaceAll('\0', '').replaceAll('\r\n', '\n').trim())
    .pipe(
      z
        .string()
        .min(1, 'Enter a text.')
        .max(captionTextMax, `Use at most ${numberFormat().format(captionTextMax)} characters.`),
    ),
})

/** A text with a caption below it, or after it if the caption is hashtags. */
export const withCaption = (text: string, caption: string): string =>
  text.trim() === '' ? caption : `${text.trimEnd()}\n\n${caption}`
