import { z } from 'zod'
import { instant } from '../api/instants.ts'
import { newPost } from '../api/posts/schemas.ts'
import { postId, seenVersion, type Tools, writingTool } from './tools.ts'

const { shape } = newPost
const content = {
  text: shape.text.describe('The text for all accounts.'),
  link: shape.link.describe('A link for platforms that show one. Null removes it.'),
  variants: shape.variants.describe(
    'Own texts, by the name of a platform or the id of an account.',
  ),
  accounts: shape.accounts.describe(
    'Where it goes: ids of list_accounts. Replaces the whole list.',
  ),
  media: shape.media.describe('Files of list_media, in order. Replaces the whole list.'),
}
const at = instant.describe(
  'When it goes out, in whole minutes: ISO 8601 with offset, such as 2027-03-04T18:00:00+01:00.',
)
const twice = z
  .boolean()
  .optional()
  .describe('Only if the person said that the same content may go out again within a day.')

export const addWritingTools = (tools: Tools): void => {
  addDraftTools(tools)
  addScheduleTools(tools)
}

const addDraftTools = (tools: Tools): void => {
  writingTool(
    tools,
    {
      name: 'draft_post',
      title: 'Draft a post',
      description:
        'Creates a draft. Nothing is published: a person sees it under Drafts. Start here for every new post.',
      scope: 'draft',
      isDestructive: false,
      input: {
        idempotencyKey: z
          .string()
          .regex(/^[\x21-\x7e]{1,64}$/)
          .describe(
            'Chosen by you, new for each new post. If you got no answer, call again with the same one and the same content: there will be only one draft.',
          ),
        ...content,
      },
    },
    ({ idempotencyKey, ...body }) => ({ path: '/posts', body, chosen: idempotencyKey }),
  )
  writingTool(
    tools,
    {
      name: 'update_post',
      title: 'Change a post',
      description:
        'Changes a draft; fields that are left out stay. For a scheduled post it changes what goes out, and needs the scope `schedule` too.',
      scope: 'draft',
      isDestructive: true,
      input: { postId, version: seenVersion, ...content },
    },
    ({ postId, version, ...body }) => ({
      method: 'PATCH',
      path: `/posts/${postId}`,
      body,
      version,
    }),
  )
  writingTool(
    tools,
    {
      name: 'ask_for_review',
      title: 'Send a draft for approval',
      description:
        'Gives a draft its time and asks a person to approve it. It goes out only if they do. Prefer this to schedule_post unless the person asked for scheduling.',
      scope: 'draft',
      isDestructive: false,
      input: { postId, version: seenVersion, at, twice },
    },
    ({ postId, version, ...body }) => ({ path: `/posts/${postId}/review`, body, version }),
  )
  writingTool(
    tools,
    {
      name: 'delete_draft',
      title: 'Delete a draft',
      description: 'Deletes a draft for good. A post that was ever scheduled can only be canceled.',
      scope: 'draft',
      isDestructive: true,
      input: { postId, version: seenVersion },
    },
    ({ postId, version }) => ({ method: 'DELETE', path: `/posts/${postId}`, version }),
  )
}

const addScheduleTools = (tools: Tools): void => {
  const goesOut = { scope: 'schedule', isDestructive: true, goesOut: true } as const
  writingTool(
    tools,
    {
      ...goesOut,
      name: 'schedule_post',
      title: 'Schedule a post',
      description:
        'Schedules a post: it goes out publicly at its time, on all its accounts. Only if the person asked for it. Where the workspace needs approval, it waits for it (`review`).',
      input: { postId, version: seenVersion, at, twice },
    },
    ({ postId, version, ...body }) => ({ path: `/posts/${postId}/schedule`, body, version }),
  )
  writingTool(
    tools,
    {
      ...goesOut,
      name: 'queue_post',
      title: 'Queue a post',
      description:
        'Schedules a post for a free weekly slot of each account: it goes out publicly then. Only if the person asked for it.',
      input: {
        postId,
        version: seenVersion,
        place: z
          .enum(['next', 'last'])
          .optional()
          .describe(
            '`next`: the next free slot. `last` (default): the first one behind the queue.',
          ),
        twice,
      },
    },
    ({ postId, version, ...body }) => ({ path: `/posts/${postId}/queue`, body, version }),
  )
  writingTool(
    tools,
    {
      ...goesOut,
      name: 'move_post',
      title: 'Move a post',
      description: 'Gives a post another time. What was sent already stays.',
      input: { postId, version: seenVersion, at },
    },
    ({ postId, version, ...body }) => ({ path: `/posts/${postId}/move`, body, version }),
  )
  writingTool(
    tools,
    {
      ...goesOut,
      goesOut: false,
      name: 'cancel_post',
      title: 'Cancel a post',
      description: 'Cancels everything of a post that was not sent yet.',
      input: { postId, version: seenVersion },
    },
    ({ postId, version }) => ({ path: `/posts/${postId}/cancel`, version }),
  )
  writingTool(
    tools,
    {
      ...goesOut,
      name: 'publish_post',
      scope: 'publish',
      title: 'Publish a post now',
      description:
        'Publishes a post at once, publicly. It can’t be taken back here. Only if the person asked to publish this post now.',
      input: { postId, version: seenVersion, twice },
    },
    ({ postId, version, ...body }) => ({ path: `/posts/${postId}/publish`, body, version }),
  )
}
