import type { ComposeChannel } from '../db/channels/account-facts.ts'
import type { ComposedMedia } from '../db/posts/composed-media.ts'
import type { TargetToSchedule } from '../db/posts/target-moves.ts'
import { editsFault, factsAfterEdits } from '../media/edits.ts'
import type { JsonRecord } from '../platforms/json.ts'
import type { DraftForChannel, Platform, RuleFault } from '../platforms/platform.ts'

/** What a post says, to be published on several accounts. */
export type PostToJudge = {
  text: string
  /** Empty if there is none. */
  link: string
  /** Platform or channel id → its own text. Empty if it has none. A channel's comes first. */
  variants: Record<string, string>
  /** Channel id → kind. Empty or absent if the platform suggests the kind. */
  kinds: Record<string, string>
  /** Channel id → the platform's own fields. */
  fields: Record<string, Record<string, string>>
}

/** What a post is on one account, and which rules of its platform it breaks. */
export type JudgedDraft = {
  /** The kind it will be published as: chosen by the person, or suggested. */
  kind: string
  suggested: string
  draft: DraftForChannel
  values: Record<string, string>
  faults: RuleFault[]
}

export const judge = (
  channel: ComposeChannel,
  platform: Platform,
  content: PostToJudge,
  media: ComposedMedia[],
): JudgedDraft => {
  const text = content.variants[channel.id] || content.variants[channel.platform] || content.text
  const link = content.link || null
  // Platforms judge the files as they will be published.
  const edited = media.map((item) => factsAfterEdits(item, item.edits))
  const suggested = platform.suggestKind({ text, link, media: edited })
  const typed = content.kinds[channel.id] ?? ''
  const kind = platform.kinds.some((one) => one.name === typed) ? typed : suggested
  const values = content.fields[channel.id] ?? {}
  const draft = {
    kind,
    text,
    link,
    media: edited,
    settings: platform.readSettings(kind, values),
    accountFacts: channel.accountFacts,
    granted: grantedOf(channel),
  }
  const faults = [...brokenFiles(media), ...platform.check(draft)]
  return { kind, suggested, draft, values, faults }
}

/** What is sent to an account. Its time is the caller's. */
export const targetContent = (
  channel: Pick<ComposeChannel, 'id' | 'platform'>,
  { draft: { kind, text, link, settings } }: Pick<JudgedDraft, 'draft'>,
): Omit<TargetToSchedule, 'dueAt' | 'queued'> => ({
  channelId: channel.id,
  platform: channel.platform,
  kind,
  text,
  link,
  settings,
})

/** A file can't be published on any platform if its conversion failed or its edits don't fit it. */
const brokenFiles = (media: ComposedMedia[]): RuleFault[] =>
  media.flatMap((file, index) => {
    const item = index + 1
    const fault = editsFault(file, file.edits)
    const words = file.conversionProblem ?? 'This video can’t be converted.'
    return [
      ...(file.conversion === 'failed'
        ? [{ rule: 'not_converted', field: 'media' as const, item, words }]
        : []),
      ...(fault ? [{ rule: 'edits', field: 'media' as const, item, words: fault }] : []),
    ]
  })

/** Null if the platform didn't report the granted permissions. No fault is raised then. */
const grantedOf = ({ scopes }: ComposeChannel): string[] | null =>
  scopes.length > 0 ? scopes : null

/** Converts stored settings to values of form fields. */
export const valuesOf = (settings: JsonRecord): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null && value !== false && typeof value !== 'object')
      .map(([name, value]) => [name, String(value)]),
  )
