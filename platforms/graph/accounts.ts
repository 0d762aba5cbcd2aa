import { PlatformError } from '../errors.ts'
import type { AccountList, AccountOffer } from '../grant.ts'
import type { JsonRecord } from '../json.ts'
import type { Graph } from './client.ts'
import { isHidden } from './errors.ts'
import { at, recordAt, recordsAt, textAt } from './json.ts'
import { missingScopes, scopesOfInstagram, scopesOfPages } from './scopes.ts'
import { createWalk, type Walk } from './walk.ts'

/** Where the profile picture is in the response, for a Page and for an Instagram account. */
export const pagePicture = ['picture', 'data', 'url']
export const instagramPicture = 'profile_picture_url'

const pageFields =
  'id,name,username,access_token,tasks,picture{url},instagram_business_account{id,username,name,profile_picture_url}'
/**
 * The most responses read for one list. With 100 Pages in each, that is far more than anyone has.
 */
const mostAnswers = 50
/**
 * Page sizes for lists. The next smaller one is used if Meta says that the response is too large.
 */
const limits = [100, 25, 5, 1]
const mostBusinesses = 100
const mostSinglePages = 100

type Tokens = { accessToken: string; scopes: string[] }

/**
 * The Pages that a person shared, and the Instagram professional account behind each.
 * `/me/accounts` can omit a Page that the person manages only through a business portfolio, so
 * their portfolios and the Pages named in the consent are read too. The response includes Page
 * tokens. Call this only with a long-lived user token: a Page token from a short-lived one expires
 * within an hour.
 */
export const listAccounts = async (
  graph: Graph,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<AccountList> => {
  const { accessToken, scopes } = tokens
  const walk = createWalk()
  const pages = new Map<string, JsonRecord>()
  const add = (page: JsonRecord): void => {
    const id = textAt(page, 'id')
    if (id && !textAt(pages.get(id), 'access_token')) pages.set(id, page)
  }
  const own = await readList(
    graph,
    { path: 'me/accounts', accessToken, fields: pageFields },
    signal,
  )
  if (own.isCut) walk.leaveOut()
  own.entries.forEach(add)
  if (scopes.includes('business_management'))
    (await listPortfolioPages(graph, accessToken, walk, signal)).forEach(add)
  const named = await walk.orNothing(() => namedInConsent(graph, accessToken, signal))
  const withoutToken = [...pages]
    .filter(([, page]) => !textAt(page, 'access_token'))
    .map(([id]) => id)
  const wanted = [...new Set([...withoutToken, ...named.filter((id) => !pages.has(id))])]
  if (wanted.length > mostSinglePages) walk.leaveOut()
  await walk.forEach(wanted.slice(0, mostSinglePages), async (id) => {
    const page = await readPage(graph, accessToken, id, signal)
    if (page) add(page)
  })
  return {
    offers: [...pages.values()].flatMap((page) => offersOf(page, scopes)),
    isComplete: walk.isComplete(),
  }
}

/**
 * Looks up a Page, or the Instagram account behind it, by the Page's id. This works even if
 * `/me/accounts` returns an empty list.
 */
export const readAccount = async (
  graph: Graph,
  tokens: Tokens,
  account: Pick<AccountOffer, 'platform' | 'accountId' | 'settings'>,
  signal: AbortSignal,
): Promise<AccountOffer | null> => {
  const pageId =
    account.platform === 'instagram' ? textAt(account.settings, 'pageId') : account.accountId
  const page = pageId === null ? null : await readPage(graph, tokens.accessToken, pageId, signal)
  const offers = page ? offersOf(page, tokens.scopes) : []
  return (
    offers.find(
      (offer) => offer.platform === account.platform && offer.accountId === account.accountId,
    ) ?? null
  )
}

/**
 * Pages that the person's portfolios own or that others shared with them. Requires
 * business_management.
 */
const listPortfolioPages = async (
  graph: Graph,
  accessToken: string,
  walk: Walk,
  signal: AbortSignal,
): Promise<JsonRecord[]> => {
  const businesses = await walk.orNothing(async () => {
    const list = await readList(graph, { path: 'me/businesses', accessToken, fields: 'id' }, signal)
    if (list.isCut || list.entries.length > mostBusinesses) walk.leaveOut()
    return list.entries.map((business) => textAt(business, 'id')).filter((id) => id !== null)
  })
  const edges = businesses
    .slice(0, mostBusinesses)
    .flatMap((id) => [`${id}/owned_pages`, `${id}/client_pages`])
  const pages: JsonRecord[] = []
  await walk.forEach(edges, async (path) => {
    const list = await readList(graph, { path, accessToken, fields: pageFields }, signal)
    if (list.isCut) walk.leaveOut()
    pages.push(...list.entries)
  })
  return pages
}

const listingScopes = new Set(['pages_show_list', 'pages_manage_posts'])

/** Ids of the Pages selected in the consent, from debug_token. Requires no permission. */
const namedInConsent = async (
  graph: Graph,
  accessToken: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const body = await graph.get('debug_token', graph.appToken, { input_token: accessToken }, signal)
  const ofPages = recordsAt(body, 'data', 'granular_scopes').filter((one) =>
    listingScopes.has(textAt(one, 'scope') ?? ''),
  )
  return ofPages.flatMap((one) => {
    const ids = at(one, 'target_ids')
    return Array.isArray(ids) ? ids.map(String) : []
  })
}

const readPage = async (
  graph: Graph,
  accessToken: string,
  id: string,
  signal: AbortSignal,
): Promise<JsonRecord | null> => {
  try {
    return await graph.get(encodeURIComponent(id), accessToken, { fields: pageFields }, signal)
  } catch (error) {
    if (error instanceof PlatformError && (isHidden(error) || error.kind === 'permission'))
      return null
    throw error
  }
}

type ListWanted = { path: string; accessToken: string; fields: string }

/**
 * Reads a whole list by cursor, because the `next` URL that Meta returns contains the token. Meta
 * answers code 1 if it finds a response too large; then the rest of the list is read in smaller
 * pages.
 */
const readList = async (
  graph: Graph,
  { path, accessToken, fields }: ListWanted,
  signal: AbortSignal,
): Promise<{ entries: JsonRecord[]; isCut: boolean }> => {
  const entries: JsonRecord[] = []
  let step = 0
  let after: string | null = null
  const ask = async (): Promise<JsonRecord> => {
    try {
      return await graph.get(
        path,
        accessToken,
        { fields, limit: String(limits[step]), after },
        signal,
      )
    } catch (error) {
      const mayAskForLess =
        error instanceof PlatformError && error.problem.code === '1' && step < limits.length - 1
      if (!mayAskForLess) throw error
      step += 1
      return await ask()
    }
  }
  for (let count = 0; count < mostAnswers; count += 1) {
    const body = await ask()
    entries.push(...recordsAt(body, 'data'))
    after = textAt(body, 'paging', 'next') ? textAt(body, 'paging', 'cursors', 'after') : null
    if (!after) return { entries, isCut: false }
  }
  return { entries, isCut: true }
}

const offersOf = (page: JsonRecord, granted: string[]): AccountOffer[] => [
  pageOffer(page, granted),
  ...instagramOffers(page, granted),
]

const pageOffer = (page: JsonRecord, granted: string[]): AccountOffer => ({
  platform: 'facebook',
  accountId: textAt(page, 'id') ?? '',
  name: textAt(page, 'name') ?? '',
  handle: textAt(page, 'username') ?? '',
  accountToken: textAt(page, 'access_token'),
  settings: {},
  avatarUrl: textAt(page, ...pagePicture),
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
      settings: { pageId: textAt(page, 'id') ?? '' },
      avatarUrl: textAt(account, instagramPicture),
      blocked: whyBlocked(page, missingScopes(scopesOfInstagram, granted)),
    },
  ]
}

const whyBlocked = (page: JsonRecord, missing: string[]): string | null => {
  const pageName = textAt(page, 'name') ?? 'this Page'
  if (missing.length > 0)
    return `CrateSocial doesn’t have the permission ${missing.join(', ')}. Reconnect and leave every permission selected.`
  const tasks = at(page, 'tasks')
  if (!Array.isArray(tasks) || !tasks.includes('CREATE_CONTENT'))
    return `You don’t have permission to create content on the Page ${pageName}. Ask one of its admins for it, then connect again.`
  if (!textAt(page, 'access_token'))
    return `Facebook didn’t return a token for the Page ${pageName}. Connect again and choose it.`
  return null
}
