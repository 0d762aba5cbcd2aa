import { wallTimeOf } from '../../web/wall-time.ts'
import type { Fields } from '../support/person.ts'
import { compose } from '../support/story.ts'
import { type Kind, kinds, mediaOf } from './kinds.ts'
import type { Residents } from './residents.ts'

/** One post on one account, as it was asked for. `mark` stands in its text and in no other. */
export type Wanted = { number: number; mark: string; kind: Kind; account: string; dueAt: Date; postId: string }

const zone = 'Europe/Zurich'

/** Through the composer's form. Throws with what the page said when it was not scheduled. */
export const schedule = async (
  residents: Residents,
  plan: { number: number; kind: Kind; account: string; dueAt: Date },
): Promise<Wanted> => {
  const { number, kind, account, dueAt } = plan
  const mark = `[${String(number).padStart(4, '0')}]`
  const channel = residents.channel(account)
  const fields: Fields = {
    text: kind.kind === 'story' ? '' : `${kind.name} out of the crate ${mark}`,
    channel,
    link: kind.link ?? '',
    media: await mediaOf(residents, kind, number),
    [`kind.${channel}`]: kind.kind,
    time: wallTimeOf(dueAt, zone),
    ...Object.fromEntries(Object.entries(kind.settings ?? {}).map(([name, value]) => [`${channel}.${name}`, value])),
  }
  const page = await compose(residents.admin, residents.slug, fields, 'Schedule')
  const postId = page.url.match(/posts\/([0-9a-f-]{36})\?/)?.[1]
  if (!postId) throw new Error(`post ${number} (${kind.name}) was not scheduled: ${page.text.slice(0, 1_500)}`)
  return { number, mark, kind, account, dueAt, postId }
}

/** Kinds in turn, so that each comes equally often, whatever the number of posts. */
export const kindOfNumber = (number: number): Kind => {
  const kind = kinds[number % kinds.length]
  if (!kind) throw new Error('there are no kinds')
  return kind
}
