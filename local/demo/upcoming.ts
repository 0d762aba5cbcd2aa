import { Temporal } from 'temporal-polyfill'
import type { Fields, Person } from '../people/person.ts'
import { channelsIn, compose } from '../people/story.ts'
import { type DemoWorkspace, zone } from './cast.ts'
import type { DemoFile, DemoFiles } from './files.ts'

type Wanted = {
  /** Days from today. Null for a draft without a time. */
  inDays: number | null
  time: string
  text: string
  /** Endings of account names in the composer. Each has a kind if it isn't the suggested one. */
  on: [string, string?][]
  pictures?: number[]
  video?: number
  draft?: boolean
  variant?: Record<string, string>
}

const plans: Record<string, Wanted[]> = {
  'northside-records': [
    {
      inDays: 0,
      time: '21:30',
      text: 'Last call: the bargain crate is yours until we close at ten.',
      on: [['Northside Records']],
    },
    {
      inDays: 1,
      time: '12:30',
      text: 'Crate of the week: dub, twenty sleeves, each under twenty francs.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [4, 9, 14],
    },
    {
      inDays: 2,
      time: '10:00',
      text: 'Black Friday is black vinyl. Twenty crates, twenty per cent, from ten until the last one is gone.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [2],
      variant: {
        instagram:
          'Black Friday is black vinyl. Twenty crates, twenty per cent. #vinyl #recordstore #zurich',
      },
    },
    {
      inDays: 2,
      time: '12:00',
      text: 'Needle down: Sundial, thirty seconds of ‘Half Light’.',
      on: [
        ['@northsiderecords', 'reel'],
        ['@northside.records', 'video'],
      ],
      video: 0,
    },
    {
      inDays: 3,
      time: '16:00',
      text: 'Live set: Amber Line play an hour between the shelves. Free, bring a friend.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [7],
    },
    {
      inDays: 6,
      time: '09:00',
      text: 'New in the crates: 41 records from one collection, mostly soul. Out from ten.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [1],
    },
    {
      inDays: 8,
      time: '17:15',
      text: 'Listening bar tonight from six: Rhea Bloom, ‘Blue Hour’, from the first groove to the last.',
      on: [['@northsiderecords']],
      pictures: [12],
    },
    {
      inDays: 9,
      time: '18:00',
      text: 'From the cellar: five boxes nobody has opened since 1994.',
      on: [['@northside.cellar', 'video']],
      video: 2,
    },
    {
      inDays: 10,
      time: '11:00',
      text: 'Saturday crates on the pavement until five, rain or shine.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [17],
    },
    {
      inDays: 13,
      time: '09:00',
      text: 'Gift cards are here, and they fit into a sleeve.',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [5],
    },
    {
      inDays: 2,
      time: '18:30',
      text: 'Thank you for a loud Friday',
      on: [['Northside Records'], ['@northsiderecords']],
      pictures: [20],
      draft: true,
    },
    {
      inDays: null,
      time: '',
      text: 'Idea: one crate per decade, the staff picks, a reel a week in January',
      on: [['@northsiderecords']],
      draft: true,
    },
  ],
  'southside-club': [
    {
      inDays: 1,
      time: '18:00',
      text: 'This Friday: Night Bus Choir, then Kilo Parade until late. Members before eleven free.',
      on: [['Southside Club'], ['@southsideclub']],
      pictures: [0],
    },
    {
      inDays: 2,
      time: '20:00',
      text: 'Doors at ten. Night Bus Choir start at eleven sharp.',
      on: [['@southsideclub']],
      pictures: [3],
    },
    {
      inDays: 4,
      time: '14:00',
      text: 'Pictures from Friday are up. Tell us if you would rather not be in one.',
      on: [['Southside Club']],
      pictures: [6],
    },
    {
      inDays: 8,
      time: '18:00',
      text: 'Line-up is out. The Understudies come back after two years. #southsideclub',
      on: [['Southside Club'], ['@southsideclub']],
      pictures: [8, 9],
    },
    {
      inDays: null,
      time: '',
      text: 'New Year: two floors, one clock',
      on: [['Southside Club']],
      draft: true,
    },
  ],
}

/** Scheduled posts and drafts, created through the composer. None is due within the next hour. */
export const composeUpcoming = async (
  workspace: DemoWorkspace,
  writer: Person,
  files: DemoFiles,
  now: Date,
): Promise<void> => {
  const composer = await writer.open(`/w/${workspace.slug}/posts/new`)
  const channels = channelsIn(composer)
  for (const wanted of plans[workspace.slug] ?? []) {
    const page = await compose(
      writer,
      workspace.slug,
      fieldsOf(wanted, channels, files, now),
      wanted.draft ? 'Save draft' : 'Schedule',
    )
    if (!/\/posts\/[0-9a-f-]{36}/.test(page.url))
      throw new Error(`"${wanted.text}" was not taken: ${page.text.slice(0, 600)}`)
  }
}

const fieldsOf = (
  wanted: Wanted,
  channels: { id: string; label: string }[],
  files: DemoFiles,
  now: Date,
): Fields => {
  const on = wanted.on.map(([name, kind]) => ({
    id: channels.find(({ label }) => label.endsWith(name))?.id ?? name,
    kind,
  }))
  const chosen = filesOf(wanted, files)
  const ids = [...new Set(chosen.map((file) => file.id))]
  return {
    text: wanted.text,
    channel: on.map(({ id }) => id),
    media: ids,
    ...Object.fromEntries(chosen.map((file) => [`alt.${file.id}`, file.altText])),
    ...Object.fromEntries(
      Object.entries(wanted.variant ?? {}).map(([platform, text]) => [`variant.${platform}`, text]),
    ),
    ...Object.assign({}, ...on.map(({ id, kind }) => (kind ? { [`kind.${id}`]: kind } : {}))),
    ...Object.assign(
      {},
      ...on.map(({ id }) => ({
        [`${id}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
        [`${id}.allow_comment`]: 'on',
        [`${id}.consent`]: 'on',
      })),
    ),
    time: wanted.inDays === null ? '' : timeOf(wanted.inDays, wanted.time, now),
  }
}

const filesOf = (wanted: Wanted, files: DemoFiles): DemoFile[] =>
  wanted.video === undefined
    ? (wanted.pictures ?? []).map((number) => files.pictures[number % files.pictures.length]!)
    : [files.videos[wanted.video]!]

/** Moves to the next day if the time is less than an hour away. */
const timeOf = (inDays: number, time: string, now: Date): string => {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  const day = today.toPlainDate().add({ days: inDays })
  const at = day.toZonedDateTime({ timeZone: zone, plainTime: time })
  const late = at.epochMilliseconds < now.getTime() + 3_600_000
  return `${late ? day.add({ days: 1 }) : day}T${time}`
}
