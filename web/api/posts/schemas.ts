import { z } from '@hono/zod-openapi'
import { reviewStates } from '../../../db/posts/reviews/states.ts'
import { targetStates } from '../../../db/posts/target-states.ts'
import { labelsOfPostMax } from '../../posts/labels/label.ts'
import { instant } from '../instants.ts'

const words = z.string().max(100_000)
const settings = z
  .record(z.string().regex(/^[a-z_]{1,40}$/), z.union([z.string().max(5_000), z.boolean()]))
  .openapi({
    example: { first_comment: 'Doors at 7.' },
    description: 'Fields of the platform, by the names that its form has.',
  })

/** An account of a post, and how it is published there. */
const chosen = z
  .strictObject({
    accountId: z.uuid(),
    kind: z.string().max(40).optional().openapi({
      example: 'reel',
      description: 'What it is published as. Without it, the files decide.',
    }),
    settings: settings.optional(),
  })
  .openapi('ChosenAccount')

const file = z
  .strictObject({ mediaId: z.uuid(), altText: z.string().max(5_000).optional() })
  .openapi('PostMedia')

const content = {
  text: words.optional(),
  link: z.string().max(2_000).nullable().optional(),
  variants: z.record(z.string().min(1).max(40), words).optional().openapi({
    description: 'Own texts, by the name of a platform or the id of an account.',
  }),
  accounts: z.array(chosen).max(50).optional(),
  media: z.array(file).max(50).optional(),
  labels: z.array(z.uuid()).max(labelsOfPostMax).optional().openapi({
    description: 'The ids of its labels.',
  }),
}

export const newPost = z
  .strictObject(content)
  .openapi('NewPost', { example: { text: 'New in the crates', accounts: [], media: [] } })
export const postChange = z
  .strictObject(content)
  .openapi('PostChange', { example: { text: 'New in the crates, all day' } })
export type PostContent = z.infer<typeof newPost>

const at = instant.openapi({
  example: '2026-12-06T18:00:00+01:00',
  description: 'In whole minutes.',
})
const twice = z.boolean().optional().openapi({
  description: 'The same content may go out again on an account within a day.',
})
export const whenToPublish = z.strictObject({ at, twice }).openapi('Schedule')
export const whereInQueue = z
  .strictObject({
    place: z.enum(['next', 'last']).optional().openapi({
      description:
        '`next`: the next free slot of each account. `last` (default): the first one behind its queue.',
    }),
    twice,
  })
  .openapi('Queue', { example: { place: 'last' } })
export const now = z.strictObject({ twice }).openapi('Publish', { example: {} })
export const newTime = z.strictObject({ at }).openapi('Move')

const state = z.enum(targetStates)
const review = z.enum(reviewStates).nullable().openapi({
  description:
    'Where its approval stands. Anything but `approved` keeps it from going out. Null: it needs none.',
})

const targetBrief = z
  .object({ id: z.uuid(), accountId: z.uuid(), platform: z.string(), state })
  .openapi('TargetState')

export const listedPost = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    state: z.enum(['draft', 'scheduled']),
    text: z.string(),
    dueAt: z.iso.datetime().nullable(),
    accountIds: z.array(z.uuid()),
    labels: z.array(z.uuid()).openapi({ description: 'The ids of its labels.' }),
    targets: z.array(targetBrief),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('ListedPost')

export const post = listedPost
  .extend({
    link: z.string().nullable(),
    variants: z.record(z.string(), z.string()),
    accounts: z.array(
      z.object({
        accountId: z.uuid(),
        kind: z.string().nullable(),
        settings: z.record(z.string(), z.unknown()),
      }),
    ),
    media: z.array(
      z.object({ mediaId: z.uuid(), altText: z.string(), edited: z.boolean(), gone: z.boolean() }),
    ),
    zone: z.string(),
    review,
  })
  .openapi('Post')

/** What a write answers. It is kept for a repetition, so it has no text. */
export const writtenPost = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    state: z.enum(['draft', 'scheduled', 'deleted']),
    dueAt: z.iso.datetime().nullable(),
    review,
    targets: z.array(
      targetBrief.extend({
        dueAt: z.iso.datetime(),
        changed: z.boolean(),
        refusal: z.string().nullable().openapi({
          description: 'Why nothing was changed there, as the end of a sentence.',
        }),
      }),
    ),
  })
  .openapi('WrittenPost')

const moment = z.iso.datetime().nullable()
export const target = targetBrief
  .extend({
    accountName: z.string(),
    kind: z.string(),
    stateAt: z.iso.datetime(),
    dueAt: z.iso.datetime(),
    queued: z.boolean(),
    waitingFor: z.string().nullable(),
    problem: z
      .object({ code: z.string(), subcode: z.string().nullable(), words: z.string() })
      .nullable(),
    platformPostId: z.string().nullable(),
    permalink: z.string().nullable(),
    sentAt: moment,
    publishedAt: moment,
    confirmedBy: z.string().nullable(),
    receipt: z
      .array(z.object({ name: z.string(), words: z.string(), at: moment }))
      .openapi({ description: 'What happened and what comes next, in words.' }),
    attempts: z.array(
      z.object({
        number: z.number().int(),
        claimedAt: z.iso.datetime(),
        sentAt: moment,
        endedAt: moment,
        outcome: z.string(),
      }),
    ),
  })
  .openapi('Target')
