import type { Fields, Page } from '../../../local/people/person.ts'
import { compose } from '../../../local/people/story.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import type { Installed } from '../../support/installed.ts'
import type { Owner } from './owner.ts'

/**
 * A stage in the life of a post. It is reached as in production: by forms, real sends, and the
 * platform's behavior.
 */
export type Stage = {
  name: string
  /** The state of its row, and the activity that runs if the row doesn't show it. */
  at: string
  activity?: string
  /** Its later state, if it changes. */
  later?: string
  reach(owner: Owner, house: Installed, now: () => number): Promise<Page>
}

const hourMs = 3_600_000
const minuteMs = 60_000

const send = (owner: Owner, fields: Fields, act: string): Promise<Page> =>
  compose(owner.person, owner.slug, { text: `${owner.name} says this`, ...fields }, act)

const scheduled = (
  owner: Owner,
  channel: string,
  atMs: number,
  fields: Fields = {},
): Promise<Page> =>
  send(
    owner,
    { channel, time: wallTimeOf(new Date(Math.ceil(atMs / 1_000) * 1_000), 'UTC'), ...fields },
    'Schedule',
  )

/** Injects a fault into calls for this owner's Page. */
const fault = (
  house: Installed,
  owner: Owner,
  endpoint: string,
  more: Record<string, unknown>,
): Promise<unknown> =>
  house.control('POST', '/faults', {
    platform: 'facebook',
    endpoint,
    account: owner.pageId,
    times: 1,
    when: 'before',
    ...more,
  })

/** Publishes a text now, with a fault in its call. */
const disturbed = async (
  owner: Owner,
  house: Installed,
  disturbance: Record<string, unknown>,
): Promise<Page> => {
  await fault(house, owner, 'feed', disturbance)
  return send(owner, { channel: owner.facebook }, 'Publish now')
}

const onTiktok = ({ tiktok }: Owner) => ({
  [`${tiktok}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
  [`${tiktok}.consent`]: 'on',
})

/** Stages before the clock is moved ahead. `later` is the state after that. */
export const earlyStages: Stage[] = [
  {
    name: 'published',
    at: 'published',
    reach: (owner) =>
      send(owner, { channel: owner.instagram, media: [owner.picture] }, 'Publish now'),
  },
  {
    name: 'missed',
    at: 'scheduled',
    later: 'missed',
    reach: (owner, _house, now) => scheduled(owner, owner.facebook, now() + hourMs),
  },
]
export const pastMs = 8 * hourMs

export const stages: Stage[] = [
  {
    name: 'draft',
    at: 'draft',
    reach: (owner) =>
      send(owner, { channel: owner.facebook, media: [owner.picture] }, 'Save draft'),
  },
  {
    name: 'scheduled',
    at: 'scheduled',
    reach: (owner, _house, now) =>
      scheduled(owner, owner.facebook, now() + 300 * 24 * hourMs, { media: [owner.picture] }),
  },
  {
    name: 'canceled',
    at: 'canceled',
    reach: async (owner, _house, now) =>
      (await scheduled(owner, owner.facebook, now() + 24 * hourMs)).press('Cancel'),
  },
  {
    name: 'failed',
    at: 'failed',
    reach: (owner, house) => disturbed(owner, house, { kind: 'error', code: 200 }),
  },
  {
    name: 'unconfirmed',
    at: 'unconfirmed',
    reach: async (owner, house) => {
      for (const list of ['published_posts.list', 'posts.list', 'feed.list'])
        await fault(house, owner, list, { kind: 'html503', times: 1_000 })
      return disturbed(owner, house, { kind: 'reset' })
    },
  },
  {
    // The platform has its photos, unpublished. One call is left.
    name: 'ready',
    at: 'ready',
    reach: (owner, _house, now) =>
      scheduled(owner, owner.facebook, now() + 9 * minuteMs, {
        media: [owner.picture, owner.second],
      }),
  },
  {
    // The container was created and is checked repeatedly.
    name: 'preparing',
    at: 'preparing',
    reach: (owner, _house, now) =>
      scheduled(owner, owner.instagram, now() + 10 * minuteMs, { media: [owner.picture] }),
  },
  {
    name: 'processing',
    at: 'processing',
    reach: (owner) =>
      send(
        owner,
        {
          channel: owner.tiktok,
          media: [owner.picture],
          [`kind.${owner.tiktok}`]: 'photos',
          ...onTiktok(owner),
        },
        'Publish now',
      ),
  },
]

/** Stages that last less than a minute, so they come last. */
export const briefStages: Stage[] = [
  {
    // The call was sent and has no response yet.
    name: 'sending',
    at: 'sending',
    reach: (owner, house) => disturbed(owner, house, { kind: 'timeout', delayMs: 60_000 }),
  },
  {
    // The send waits inside the worker for its due time. Close enough that no workflow timer is
    // needed, because that clock isn't moved.
    name: 'armed',
    at: 'ready',
    activity: 'sendTarget',
    reach: (owner, _house, now) =>
      scheduled(owner, owner.facebook, now() + 38_000, { media: [owner.picture, owner.second] }),
  },
]
