import type { PostRow } from '../../../db/posts/posts.ts'
import type { WebDeps } from '../../http/env.ts'
import type { Composer } from '../../posts/composer.ts'
import { type Fault, faultSentence, faultsOf } from '../../posts/composer-faults.ts'
import { formOfPost } from '../../posts/composer-form.ts'
import { emptyPostForm, type PostForm } from '../../posts/post-form.ts'
import { foldOf, wallTimeOf } from '../../time/wall-time.ts'
import type { Caller } from '../caller.ts'
import { ApiProblem, type ProblemPart } from '../problems.ts'
import type { PostContent } from './schemas.ts'

/** The composer's form, filled by a program: the same rules apply to it. */
export const formOfContent = (caller: Caller, content: PostContent): PostForm =>
  withContent(emptyPostForm({ zone: caller.workspace.zone }), content)

/** The form of a stored post with what is to change. A list replaces the whole list. */
export const formOfChange = async (
  deps: WebDeps,
  caller: Caller,
  post: PostRow,
  content: PostContent,
): Promise<PostForm> => withContent(await formOfPost(deps.sql, caller.workspace, post), content)

const withContent = (form: PostForm, content: PostContent): PostForm => ({
  ...form,
  text: content.text ?? form.text,
  link: content.link === undefined ? form.link : (content.link ?? '').trim(),
  variants: content.variants ?? form.variants,
  labels: content.labels ?? form.labels,
  ...(content.accounts ? accountsOf(content.accounts) : {}),
  ...(content.media ? { media: mediaOf(form, content.media) } : {}),
})

const accountsOf = (
  accounts: NonNullable<PostContent['accounts']>,
): Pick<PostForm, 'channels' | 'kinds' | 'fields'> => ({
  channels: [...new Set(accounts.map((one) => one.accountId))],
  kinds: Object.fromEntries(accounts.map((one) => [one.accountId, one.kind ?? ''])),
  fields: Object.fromEntries(
    accounts.map((one) => [one.accountId, fieldsOf(one.settings ?? {})] as const),
  ),
})

/** A form has no field for what isn't ticked. */
const fieldsOf = (settings: Record<string, string | boolean>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === false ? [] : [[name, value === true ? 'on' : value] as const],
    ),
  )

/** A file that the post has already keeps its edits, and its alt text unless there is another. */
const mediaOf = (form: PostForm, media: NonNullable<PostContent['media']>): PostForm['media'] => {
  const wanted = new Map(media.map((one) => [one.mediaId, one.altText]))
  return [...wanted].map(([id, altText]) => {
    const before = form.media.find((one) => one.id === id)
    return { id, altText: altText ?? before?.altText ?? '', edits: before?.edits ?? null }
  })
}

export const wholeMinute = (at: string): Date => {
  const time = new Date(at)
  if (time.getTime() % 60_000 === 0) return time
  throw ruled([{ code: 'time_unclear', field: 'at', detail: 'Use a time in whole minutes.' }])
}

/** The form of a post that is to go out at this time. */
export const atTime = (form: PostForm, at: string): PostForm => {
  const time = wholeMinute(at)
  return {
    ...form,
    time: wallTimeOf(time, form.zone),
    fold: foldOf(time, form.zone),
    when: 'pick',
  }
}

/**
 * Refuses ids that the workspace doesn't have, whether another one has them or not, and texts for
 * accounts that aren't chosen.
 */
export const requireKnown = (deps: WebDeps, content: PostContent, composer: Composer): void => {
  const own = composer.channels.map(({ channel }) => channel.id)
  const files = composer.media.map(({ id }) => id)
  const labels = composer.labels.map(({ id }) => id)
  const missing = <T>(all: T[], known: (one: T) => boolean, part: Omit<ProblemPart, 'detail'>) =>
    all
      .filter((one) => !known(one))
      .map((one) => ({ ...part, detail: `This workspace doesn’t have ${one}.` }))
  const parts = [
    ...missing(
      (content.accounts ?? []).map((one) => one.accountId),
      (id) => own.includes(id),
      { code: 'account_missing', field: 'accounts' },
    ),
    ...missing(
      composer.mediaFrozen ? [] : (content.media ?? []).map((one) => one.mediaId),
      (id) => files.includes(id),
      { code: 'media_missing', field: 'media' },
    ),
    ...missing(content.labels ?? [], (id) => labels.includes(id), {
      code: 'label_missing',
      field: 'labels',
    }),
    ...missing(
      Object.keys(content.variants ?? {}),
      (name) => deps.platforms.platforms.has(name) || own.includes(name),
      { code: 'variant_unknown', field: 'variants' },
    ),
  ]
  if (parts.length > 0) throw ruled(parts)
  if (composer.mediaFrozen && content.media)
    throw new ApiProblem(
      409,
      'media_frozen',
      'This post was sent to an account, so its files can’t be changed any more.',
    )
}

/** promise: U1: the same rules as in the composer, with the same codes. */
export const requireNoFaults = (
  composer: Composer,
  act: 'schedule' | 'now',
  nowMs: number,
): void => {
  const faults = faultsOf(composer, act, nowMs)
  if (faults.length > 0) throw ruled(faults.map(partOf))
}

export const partOf = (fault: Fault): ProblemPart => ({
  code: fault.rule,
  field: fieldOf(fault),
  detail: faultSentence(fault),
  accountId: fault.channelId,
})

const fieldOf = ({ place, setting }: Fault): string => {
  if (place === 'channels' || place === 'kind') return 'accounts'
  if (place === 'settings') return setting ? `accounts.settings.${setting}` : 'accounts.settings'
  return place === 'time' ? 'at' : place
}

export const ruled = (errors: ProblemPart[]): ApiProblem =>
  new ApiProblem(422, 'rules', errors[0]?.detail ?? 'This can’t be done as it is.', { errors })
