import type { Draft } from '../../../db/posts/posts.ts'
import type { Composer } from '../composer.ts'
import { timeOf } from '../post-acts.ts'
import { isSlotChoice } from '../when/choice.ts'

/** What the form means as a post. Leaves out what a post can't hold, such as an impossible time. */
export const draftOf = (
  composer: Pick<Composer, 'form' | 'time' | 'channels'>,
  state: Draft['state'],
  dueAt: Date | null,
): Draft => {
  const { form } = composer
  const { zone } = form
  const typed = composer.time?.ok
    ? { wallTime: composer.time.wallTime, zone, dueAt: composer.time.dueAt }
    : null
  const time = dueAt ? timeOf(dueAt, zone) : (typed ?? { wallTime: null, zone: null, dueAt: null })
  const variants = Object.fromEntries(
    Object.entries(form.variants).filter(([, text]) => text !== ''),
  )
  const choices = composer.channels
    .filter((one) => one.chosen)
    .map((one) => [
      one.channel.id,
      { kind: form.kinds[one.channel.id] ?? '', settings: one.draft.settings },
    ])
  return {
    state,
    text: form.text,
    link: form.link || null,
    variants,
    choices: Object.fromEntries(choices),
    slotChoice: state === 'draft' && isSlotChoice(form.time) ? form.time : null,
    repeats: state === 'draft' ? form.repeat : null,
    ...time,
  }
}
