import type { Params } from '../graph/client.ts'
import type { JsonRecord } from '../json.ts'
import type { DraftForChannel, MediaFacts, RuleFault } from '../platform.ts'

/**
 * Options of a post besides its text and files. Limits from Meta's content publishing reference.
 */
const mostCollaborators = 3
const mostTags = 20
const kindsWithCollaborators = ['image', 'carousel', 'reel']
const kindsWithLocation = kindsWithCollaborators
const username = /^[A-Za-z0-9._]{1,30}$/
const mediaId = /^tags_[0-9a-f-]{36}$/

/** The settings as typed, without surrounding spaces. Leaves out what the kind doesn't support. */
export const readInstagramOptions = (kind: string, fields: Record<string, string>): JsonRecord => {
  const text = (name: string) => (fields[name] ?? '').replaceAll('\0', '').trim()
  const settings: JsonRecord = {}
  const keep = (name: string, isPossible: boolean) => {
    if (isPossible && text(name) !== '') settings[name] = text(name)
  }
  keep('collaborators', kindsWithCollaborators.includes(kind))
  keep('location_id', kindsWithLocation.includes(kind))
  keep('cover_second', kind === 'reel')
  for (const name of Object.keys(fields)) keep(name, mediaId.test(name))
  if (isOn(fields.is_ai_generated)) settings.is_ai_generated = true
  return settings
}

export const optionFaults = ({ kind, media, settings }: DraftForChannel): RuleFault[] => [
  ...collaboratorFaults(settings),
  ...locationFaults(settings),
  ...(kind === 'reel' ? coverFaults(media, settings) : []),
  ...media.flatMap((item, index) => tagFaults(item, index + 1, settings)),
]

/** Parameters for a single post, or for a carousel as a whole. */
export const paramsOfOptions = (kind: string, settings: JsonRecord): Params => {
  const names = collaboratorsIn(settings)
  const coverMs = kind === 'reel' ? coverMsIn(settings) : null
  return {
    collaborators: names.length > 0 ? JSON.stringify(names) : null,
    location_id: textOf(settings, 'location_id') || null,
    thumb_offset: coverMs === null ? null : String(coverMs),
    is_ai_generated: settings.is_ai_generated === true ? 'true' : null,
  }
}

/**
 * Tags of one picture or video, alone or in a carousel. Tags in pictures need coordinates; those in
 * videos have none.
 */
export const paramsOfTags = (
  item: Pick<MediaFacts, 'id' | 'kind'>,
  settings: JsonRecord,
): Params => {
  const tags = tagsIn(textOf(settings, `tags_${item.id}`)).map(({ name, x, y }) =>
    item.kind === 'video' ? { username: name } : { username: name, x, y },
  )
  return { user_tags: tags.length > 0 ? JSON.stringify(tags) : null }
}

/**
 * The settings that containers depend on: if they change, new containers are needed. Empty if there
 * are none.
 */
export const optionsKey = ({ first_comment: _later, ...options }: JsonRecord): string =>
  Object.keys(options).length === 0 ? '' : JSON.stringify(Object.entries(options).sort())

const isOn = (value: string | undefined): boolean =>
  value === 'on' || value === 'true' || value === '1'

const textOf = (settings: JsonRecord, name: string): string =>
  typeof settings[name] === 'string' ? settings[name] : ''

const namesIn = (typed: string): string[] =>
  typed
    .split(/[\s,;]+/)
    .map((name) => name.replace(/^@/, ''))
    .filter((name) => name !== '')

type Tag = { name: string; x: number; y: number; isPlaced: boolean }

/**
 * Parses "ada 30 60, ben": usernames, each with optional coordinates in percent from the left and
 * the top. The default is the center.
 */
const tagsIn = (typed: string): Tag[] =>
  typed
    .split(/[,;\n]+/)
    .map((part) => part.trim().split(/\s+/))
    .filter(([name]) => name)
    .map(([name = '', x, y, ...more]) => ({
      name: name.replace(/^@/, ''),
      x: shareOf(x),
      y: shareOf(y),
      isPlaced: (x === undefined) === (y === undefined) && more.length === 0,
    }))

const shareOf = (percent: string | undefined): number => {
  if (percent === undefined) return 0.5
  return /^\d{1,3}(\.\d+)?%?$/.test(percent) ? Number.parseFloat(percent) / 100 : Number.NaN
}

const fault = (rule: string, setting: string, words: string): RuleFault => ({
  rule,
  field: 'settings',
  setting,
  words: `Instagram: ${words}`,
})

export const collaboratorsIn = (settings: JsonRecord): string[] =>
  namesIn(textOf(settings, 'collaborators'))

const collaboratorFaults = (settings: JsonRecord): RuleFault[] => {
  const names = collaboratorsIn(settings)
  const wrong = names.find((name) => !username.test(name))
  const faults: RuleFault[] = []
  if (names.length > mostCollaborators)
    faults.push(
      fault('collaborators', 'collaborators', `the limit is ${mostCollaborators} collaborators.`),
    )
  if (wrong !== undefined)
    faults.push(
      fault(
        'collaborator_name',
        'collaborators',
        `“${wrong}” is not a username; type them as @name.`,
      ),
    )
  return faults
}

const locationFaults = (settings: JsonRecord): RuleFault[] => {
  const id = textOf(settings, 'location_id')
  if (id === '' || /^\d{5,20}$/.test(id)) return []
  return [
    fault(
      'location',
      'location_id',
      'the location is the number of a Facebook Page that has an address.',
    ),
  ]
}

/** Null if no cover was chosen, NaN if the input is not a number of seconds. */
export const coverMsIn = (settings: JsonRecord): number | null => {
  const typed = textOf(settings, 'cover_second')
  if (typed === '') return null
  return /^\d{1,4}([.,]\d{1,3})?$/.test(typed)
    ? Math.round(Number(typed.replace(',', '.')) * 1_000)
    : Number.NaN
}

const coverFaults = (media: MediaFacts[], settings: JsonRecord): RuleFault[] => {
  const coverMs = coverMsIn(settings)
  if (coverMs === null) return []
  if (media.some((item) => item.kind === 'image'))
    return [
      fault(
        'cover_twice',
        'cover_second',
        'the picture beside the video is its cover. Leave this empty, or remove the picture.',
      ),
    ]
  const lastMs = media.find((item) => item.kind === 'video')?.durationMs ?? Number.POSITIVE_INFINITY
  if (coverMs <= lastMs) return []
  return [
    fault(
      'cover_second',
      'cover_second',
      'the cover is a time in the video, in seconds from its start, such as 1.5.',
    ),
  ]
}

const tagFaults = (item: MediaFacts, position: number, settings: JsonRecord): RuleFault[] => {
  const setting = `tags_${item.id}`
  const tags = tagsIn(textOf(settings, setting))
  const what = item.kind === 'video' ? `video ${position}` : `picture ${position}`
  const wrong = tags.find(({ name }) => !username.test(name))
  const misplaced = tags.find(
    ({ x, y, isPlaced }) => !isPlaced || !(x >= 0 && x <= 1 && y >= 0 && y <= 1),
  )
  const faults: RuleFault[] = []
  if (tags.length > mostTags)
    faults.push(
      fault('tags', setting, `${what} tags ${tags.length} people. The limit is ${mostTags}.`),
    )
  if (wrong)
    faults.push(
      fault('tag_name', setting, `“${wrong.name}” is not a username; type tags as @name, @name.`),
    )
  else if (misplaced)
    faults.push(
      fault(
        'tag_place',
        setting,
        `the position of ${misplaced.name} is two numbers from 0 to 100, as in “${misplaced.name} 30 60”.`,
      ),
    )
  return faults
}
