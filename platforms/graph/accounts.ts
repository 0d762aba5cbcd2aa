import type { AccountOffer } from '../grant.ts'
import type { JsonRecord } from '../platform.ts'
import type { Graph } from './client.ts'
import { at, recordAt, recordsAt, textAt } from './json.ts'
import { missingScopes, scopesOfInstagram, scopesOfPages } from './scopes.ts'

const fields = 'id,name,username,access_token,tasks,picture{url},instagram_business_account{id,username,name,profile_picture_url}'
/** 100 Pages each: far more than a person can have. */
const mostPages = 50

/**
 * The Pages a person shared, and the Instagram professional account behind each. Page tokens come with them: ask only with a
 * long-lived user token, since a Page token made from a short one dies within the hour.
 */
export const listAccounts = async (
  graph: Graph,
  tokens: { accessToken: string; scopes: string[] },
  signal: AbortSignal,
): Promise<AccountOffer[]> => {
  const pages = await listPages(graph, tokens.accessToken, signal)
  return pages.flatMap((page) => [pageOffer(page, tokens.scopes), ...instagramOffers(page, tokens.scopes)])
}

/** By cursor: the `next` address that Meta gives holds the token. */
const listPages = async (graph: Graph, token: string, signal: AbortSignal): Promise<JsonRecord[]> => {
  const pages: JsonRecord[] = []
  let after: string | null = null
  for (let count = 0; count < mostPages; count += 1) {
    const body = await graph.get('me/accounts', token, { fields, limit: '100', after }, signal)
    pages.push(...recordsAt(body, 'data').filter((page) => textAt(page, 'id')))
    after = textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
    if (!after) break
  }
  return pages
}

const pageOffer = (page: JsonRecord, granted: string[]): AccountOffer => ({
  platform: 'facebook',
  accountId: textAt(page, 'id') ?? '',
  name: textAt(page, 'name') ?? '',
  handle: textAt(page, 'username') ?? '',
  accountToken: textAt(page, 'access_token'),
  settings: withAvatar({}, textAt(page, 'picture', 'data', 'url')),
  blocked: whyBlocked(page, missingScopes(scopesOfPages, granted)),
})

const instagramOffers = (page: JsonRecord, granted: string[]): AccountOffer[] => {
  const account = recordAt(page, 'instagram_business_account')
  const accountId = textAt(account, 'id')
  if (!accountId) return []
  const handle = textAt(account, 'username') ?? ''
  return [
    {
      platform: 'instagram',
      accountId,
      name: textAt(account, 'name') ?? handle,
      handle,
      accountToken: textAt(page, 'access_token'),
      settings: withAvatar({ pageId: textAt(page, 'id') ?? '' }, textAt(account, 'profile_picture_url')),
      blocked: whyBlocked(page, missingScopes(scopesOfInstagram, granted)),
    },
  ]
}

const withAvatar = (settings: JsonRecord, avatarUrl: string | null): JsonRecord =>
  avatarUrl ? { ...settings, avatarUrl } : settings

const whyBlocked = (page: JsonRecord, missing: string[]): string | null => {
  const pageName = textAt(page, 'name') ?? 'this Page'
  if (missing.length > 0)
    return `CrateSocial was not given the permission ${missing.join(', ')}. Connect again and leave every permission ticked.`
  const tasks = at(page, 'tasks')
  if (!Array.isArray(tasks) || !tasks.includes('CREATE_CONTENT'))
    return `You may not create content on the Page ${pageName}. Ask one of its admins for that task, then connect again.`
  if (!textAt(page, 'access_token')) return `Facebook gave no token for the Page ${pageName}. Connect again and choose it.`
  return null
}
