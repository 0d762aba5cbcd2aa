import { z } from 'zod'
import type { Measured, Measurer, Measuring, Numbers } from '../../../platforms/measurer.ts'
import type {
  DraftForChannel,
  Platform,
  Publication,
  RuleFault,
} from '../../../platforms/platform.ts'
import { askBulletin, type BulletinSettings } from './client.ts'

const textLimit = 280
const noticeSchema = z.object({
  id: z.string(),
  text: z.string(),
  at: z.number(),
  views: z.number(),
  likes: z.number(),
  slips: z.number(),
})
const noticesSchema = z.array(noticeSchema)
type Board = { account: { id: string; grantToken: string }; signal: AbortSignal }

export const createBulletin = (settings: BulletinSettings): Platform => {
  const listNotices = ({ account, signal }: Board) =>
    askBulletin(settings, {
      path: `/api/boards/${account.id}/notices`,
      token: account.grantToken,
      answer: noticesSchema,
      signal,
    })
  return {
    name: 'bulletin',
    label: 'Bulletin',
    mark: 'mail',
    issuer: 'bulletin',
    kinds: [
      {
        name: 'text',
        label: 'Notice',
        prepareAheadMs: 60_000,
        textLimit,
        preview: { frame: 'text-first' },
      },
      {
        name: 'photo',
        label: 'Notice with a picture',
        prepareAheadMs: 60_000,
        textLimit,
        preview: { frame: 'picture-first' },
      },
    ],
    check: checkDraft,
    suggestKind: ({ media }) => (media.length > 0 ? 'photo' : 'text'),
    readSettings: () => ({}),
    postIdIn: (pasted) => /notice-\d+$/.exec(pasted)?.[0] ?? null,
    publish: {
      prepare: async () => ({ ready: true }),
      send: (publication) => sendNotice(settings, publication),
      check: async () => ({ state: 'processing', againInMs: 60_000, waitingFor: 'Bulletin' }),
      reconcile: async (publication, { boundIds }) => {
        const found = (await listNotices(publication)).find(
          ({ id, text }) => text === publication.text && !boundIds.includes(id),
        )
        if (found)
          return {
            outcome: 'found',
            platformPostId: found.id,
            proof: 'The notice is on the board.',
          }
        return {
          outcome: 'absent',
          certain: true,
          proof: 'The board lists all notices, and this one is not there.',
        }
      },
      findPermalink: async (_publication, platformPostId) => ({
        permalink: platformPostId && `${settings.url}/notices/${platformPostId}`,
        platformPostId,
        final: true,
      }),
    },
    measure: createMeasurer(settings, listNotices),
    removeByHand: ['Take the notice off the board.'],
  }
}

const checkDraft = ({ kind, text, media }: DraftForChannel): RuleFault[] => {
  const faults: RuleFault[] = []
  if (text.trim() === '')
    faults.push({ rule: 'text_missing', field: 'text', words: 'A notice needs a text.' })
  if ([...text].length > textLimit)
    faults.push({
      rule: 'text_long',
      field: 'text',
      words: `Bulletin takes at most ${textLimit} characters.`,
    })
  if (kind === 'photo' && (media.length !== 1 || media[0]?.kind !== 'image'))
    faults.push({ rule: 'media', field: 'media', words: 'A notice takes one picture.' })
  if (kind === 'text' && media.length > 0)
    faults.push({ rule: 'media', field: 'media', words: 'This kind of notice has no picture.' })
  return faults
}

const sendNotice = async (settings: BulletinSettings, publication: Publication) => {
  const { account, text, media, signal } = publication
  publication.leaving()
  const { id } = await askBulletin(settings, {
    method: 'POST',
    path: `/api/boards/${account.id}/notices`,
    token: account.grantToken,
    body: { text, pictureUrl: media[0]?.url ?? null },
    answer: z.object({ id: z.string() }),
    signal,
  })
  return {
    state: 'published',
    platformPostId: id,
    confirmedBy: 'Bulletin answered with the id of the notice.',
  } as const
}

const source = 'Bulletin API'

const createMeasurer = (
  settings: BulletinSettings,
  listNotices: (board: Board) => Promise<z.infer<typeof noticesSchema>>,
): Measurer => ({
  version: '1',
  names: () => ({ views: 'views', likes: 'likes' }),
  ownMetrics: [
    {
      name: 'slips_taken',
      label: 'Slips torn off',
      unit: 'count',
      acrossPosts: 'sum',
      names: { text: 'slips', photo: 'slips' },
    },
  ],
  accountNames: { followers: 'readers' },
  toldForMs: () => null,
  tellsAbsence: () => true,
  batch: 50,
  callsPerHour: null,
  posts: async (measuring, posts) => {
    await measuring.share.take(1)
    const wanted = new Set(posts.map(({ platformPostId }) => platformPostId))
    const shown = (await listNotices(measuring)).filter(({ id }) => wanted.has(id))
    const numbers = shown.map(({ id, views, likes, slips }): [string, Numbers] => [
      id,
      { views, likes, slips_taken: slips },
    ])
    return { ...plain(new Map(numbers)), unanswered: new Map(), notGiven: [], betterIds: new Map() }
  },
  ownPosts: async (measuring) => {
    await measuring.share.take(1)
    const posts = (await listNotices(measuring)).map(({ id, text, at }) => ({
      platformPostId: id,
      otherIds: [],
      kind: 'text',
      text,
      permalink: `${settings.url}/notices/${id}`,
      publishedAt: new Date(at),
    }))
    return plain({ posts, next: null })
  },
  followers: async (measuring) =>
    plain({ followers: await countReaders(settings, measuring), avatarUrl: null }),
  accountDay: null,
})

const countReaders = async (
  settings: BulletinSettings,
  { account, share, signal }: Measuring,
): Promise<number | null> => {
  await share.take(1)
  const answer = z.array(z.object({ id: z.string(), readers: z.number() }))
  const boards = await askBulletin(settings, {
    path: '/api/boards',
    token: account.grantToken,
    answer,
    signal,
  })
  return boards.find(({ id }) => id === account.id)?.readers ?? null
}

const plain = <T>(result: T): Measured<T> => ({ result, refusals: [], source, problem: null })
