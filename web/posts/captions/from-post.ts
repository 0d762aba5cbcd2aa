import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { addCaption } from '../../../db/posts/captions/captions.ts'
import type { WebDeps } from '../../http/env.ts'
import type { Said } from '../../pages/said.ts'
import type { PostForm } from '../post-form.ts'
import { titleOf } from '../post-title.ts'
import { captionIn, captionNameMax, captionsMax } from './caption.ts'

/** Further names to try if another saved caption begins with the same words. */
const numbersTried = 9

/**
 * Saves the text that is open in the composer as a saved caption, named by its first words. Returns
 * what to say about it.
 */
export const saveAsCaption = async (
  deps: WebDeps,
  { workspaceId, userId }: { workspaceId: string; userId: string },
  form: PostForm,
): Promise<Said> => {
  const text = form.variants[form.tab] || form.text
  const words = text.split(/\s+/).filter(Boolean)
  const kind = words.every((word) => /^[#＃]/.test(word)) ? 'hashtags' : 'caption'
  const title = [...titleOf(text)].slice(0, captionNameMax - 4).join('')
  for (let number = 1; number <= numbersTried; number++) {
    const name = number === 1 ? title : `${title} (${number})`
    const given = captionIn.safeParse({ kind, name, text })
    if (!given.success) return words.length === 0 ? 'caption-empty' : 'caption-long'
    const added = await tx(deps.sql, async (t) => {
      const done = await addCaption(t, workspaceId, given.data, captionsMax)
      if (typeof done === 'object')
        await recordEvent(t, { name: 'caption.added', workspaceId, userId, subjectId: done.id })
      return done
    })
    if (typeof added === 'object') return 'caption-added'
    if (added === 'full') return 'captions-full'
  }
  return 'caption-taken'
}
