import type { Fields } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Kind, kinds, mediaOf } from './kinds.ts'
import type { Residents } from './residents.ts'

/**
 * A post on one account, as requested. `mark` appears in its text and in no other. `comment`: it has
 * a first comment.
 */
export type Wanted = {
  number: number
  mark: string
  kind: Kind
  account: string
  dueAt: Date
  comment: boolean
  postId: string
}

/** The text of its first comment. */
export const commentOf = (mark: string): string => `First ${mark}`

const zone = 'Europe/Zurich'

/**
 * Schedules through the composer's form, with a first comment where the kind takes one, unless
 * `comment` says otherwise. Throws with the page's message if that fails.
 */
export const schedule = async (
  residents: Residents,
  plan: Pick<Wanted, 'number' | 'kind' | 'account' | 'dueAt'> & { comment?: boolean },
): Promise<Wanted> => {
  const { number, kind, account, dueAt, comment = kind.comment ?? false } = plan
  const mark = `[${String(number).padStart(4, '0')}]`
  const channel = residents.channel(account)
  const fields: Fields = {
    text: kind.kind === 'story' ? '' : `${kind.name} out of the crate ${mark}`,
    channel,
    link: kind.link ?? '',
    media: await mediaOf(residents, kind, number),
    [`kind.${channel}`]: kind.kind,
    time: wallTimeOf(dueAt, zone),
    ...(comment ? { [`${channel}.first_comment`]: commentOf(mark) } : {}),
    ...Object.fromEntries(
      Object.entries(kind.settings ?? {}).map(([name, value]) => [`${channel}.${name}`, value]),
    ),
  }
  const page = await compose(residents.admin, residents.slug, fields, 'Schedule')
  const postId = page.url.match(/posts\/([0-9a-f-]{36})\?/)?.[1]
  if (!postId)
    throw new Error(`post ${number} (${kind.name}) was not scheduled: ${page.text.slice(0, 1_500)}`)
  return { number, mark, kind, account, dueAt, comment, postId }
}

/** Kinds in turn, so that each occurs equally often. */
export const kindOfNumber = (number: number): Kind => {
  const kind = kinds[number % kinds.length]
  if (!kind) throw new Error('there are no kinds')
  return kind
}
