import { z } from 'zod'
import { pageMax } from '../api/cursors.ts'
import { instant } from '../api/instants.ts'
import { postId, readingTool, type Tools } from './tools.ts'

const accountId = z.uuid().optional().describe('Only this account.')
const time = (words: string) => instant.optional().describe(`${words} ISO 8601 with offset.`)
const page = {
  limit: z.number().int().min(1).max(pageMax).optional().describe('Entries of a page. Default 50.'),
  cursor: z.string().max(400).optional().describe('`next` of the page before.'),
}
const query = <T>(given: T) => given as Record<string, string | number | undefined>

export const addReadingTools = (tools: Tools): void => {
  readWorkspace(tools)
  readPosts(tools)
  readNumbers(tools)
}

const readWorkspace = (tools: Tools): void => {
  readingTool(
    tools,
    {
      name: 'get_workspace',
      title: 'Get the workspace',
      description:
        'The workspace of this connection, its time zone, and its scopes: what you may do. Call it first.',
      scope: null,
      input: {},
    },
    () => ({ method: 'GET', path: '/key' }),
  )
  readingTool(
    tools,
    {
      name: 'list_accounts',
      title: 'List accounts',
      description:
        'The connected social accounts with their ids, platforms and the kinds of posts that they take. State `reconnect`: its posts are on hold until a person reconnects it.',
      scope: 'read',
      input: {},
    },
    () => ({ method: 'GET', path: '/accounts' }),
  )
  readingTool(
    tools,
    {
      name: 'find_free_slots',
      title: 'Find free slots',
      description:
        'The next free weekly posting time of each account (`next`), and the first one behind its queue (`last`). Null: the account has no weekly times.',
      scope: 'read',
      input: {},
    },
    () => ({ method: 'GET', path: '/slots/free' }),
  )
  readingTool(
    tools,
    {
      name: 'list_media',
      title: 'List media',
      description:
        'Photos and videos of the library, newest first, with their ids. Files are uploaded on the pages or by the API, not with these tools.',
      scope: 'read',
      input: page,
    },
    (given) => ({ method: 'GET', path: '/media', query: query(given) }),
  )
}

const readPosts = (tools: Tools): void => {
  readingTool(
    tools,
    {
      name: 'list_posts',
      title: 'List posts',
      description:
        'Posts, newest first. A post that was scheduled stays `scheduled`; its targets say what happened on each account.',
      scope: 'read',
      input: {
        ...page,
        state: z.enum(['draft', 'scheduled']).optional(),
        account: accountId,
        dueFrom: time('Goes out at this time or later.'),
        dueTo: time('Goes out before this time.'),
      },
    },
    (given) => ({ method: 'GET', path: '/posts', query: query(given) }),
  )
  readingTool(
    tools,
    {
      name: 'get_post',
      title: 'Get a post',
      description: 'A post with its texts, accounts, files, state, version and approval.',
      scope: 'read',
      input: { postId },
    },
    (given) => ({ method: 'GET', path: `/posts/${given.postId}` }),
  )
  readingTool(
    tools,
    {
      name: 'check_post',
      title: 'Check a post',
      description:
        'Checks a post by the rules of its platforms and of the workspace, and changes nothing. Use it before scheduling, and correct what `errors` says with update_post. `needsApproval`: if it is scheduled, it waits until a person approves it.',
      scope: 'read',
      input: { postId, at: time('A time to check too.') },
    },
    ({ postId, at }) => ({ method: 'GET', path: `/posts/${postId}/check`, query: { at } }),
  )
  readingTool(
    tools,
    {
      name: 'get_receipts',
      title: 'Get receipts',
      description:
        'What happened to a post on each account: sent, published, confirmed or failed, with times, links and what the platform said.',
      scope: 'read',
      input: { postId },
    },
    (given) => ({ method: 'GET', path: `/posts/${given.postId}/targets` }),
  )
}

const readNumbers = (tools: Tools): void => {
  readingTool(
    tools,
    {
      name: 'list_insights',
      title: 'List insights',
      description:
        'Published posts with their newest numbers (views, reach, likes, comments, shares, saves), newest first. Null: the platform doesn’t say.',
      scope: 'read',
      input: {
        ...page,
        account: accountId,
        from: time('Published at this time or later. Default: 28 days before `to`.'),
        to: time('Published before this time. Default: now.'),
      },
    },
    (given) => ({ method: 'GET', path: '/insights', query: query(given) }),
  )
  readingTool(
    tools,
    {
      name: 'get_post_insights',
      title: 'Get insights of a post',
      description: 'The numbers of one post on each account, with all readings over time.',
      scope: 'read',
      input: { postId },
    },
    (given) => ({ method: 'GET', path: `/posts/${given.postId}/insights` }),
  )
}
