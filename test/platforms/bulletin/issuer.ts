import { z } from 'zod'
import { baseUrl, boolean, text } from '../../../config/values.ts'
import { variable } from '../../../config/variable.ts'
import { PlatformError } from '../../../platforms/errors.ts'
import type { AccountOffer, GrantTokens, Issuer } from '../../../platforms/grant.ts'
import { defineIssuer } from '../../../platforms/issuer-module.ts'
import type { Scope } from '../../../platforms/policy.ts'
import { askBulletin, type BulletinSettings } from './client.ts'
import { createBulletin } from './platform.ts'

const variables = {
  BULLETIN_APP_ID: variable(text, {
    optional: true,
    about: 'app at Bulletin; without it Bulletin is off',
  }),
  BULLETIN_APP_SECRET: variable(text, { optional: true, secret: true, about: 'its secret' }),
  BULLETIN_APP_LIVE: variable(boolean, {
    fallback: 'true',
    about: 'whether Bulletin has reviewed the app',
  }),
  BULLETIN_URL: variable(baseUrl, { fallback: 'https://bulletin.example', about: 'Bulletin' }),
}

const scopes: Scope[] = [
  {
    name: 'boards.read',
    needed: true,
    purpose: 'Show the boards you can connect',
    seenIn: 'Accounts, Connect',
    gives: 'account',
  },
  {
    name: 'notices.write',
    needed: true,
    purpose: 'Pin your notices',
    seenIn: 'New post',
    gives: 'posts',
  },
]

/** A whole platform outside `platforms/`, added by one line: see bulletin.test.ts. */
export const bulletin = defineIssuer({
  settings: {
    variables,
    app: { id: 'BULLETIN_APP_ID', secret: 'BULLETIN_APP_SECRET' },
    reviewed: 'BULLETIN_APP_LIVE',
    asked: [],
    urls: ['BULLETIN_URL'],
  },
  read: (v) =>
    v.BULLETIN_APP_ID && v.BULLETIN_APP_SECRET
      ? {
          appId: v.BULLETIN_APP_ID,
          appSecret: v.BULLETIN_APP_SECRET,
          url: v.BULLETIN_URL,
          isReviewed: v.BULLETIN_APP_LIVE,
        }
      : undefined,
  policy: {
    issuer: 'bulletin',
    promise: {
      id: 'D8',
      sentence: 'From Bulletin it keeps a token, boards, notices and their numbers.',
    },
    label: 'Bulletin',
    title: 'Bulletin: boards',
    platforms: [
      {
        name: 'bulletin',
        label: 'Bulletin',
        mark: 'mail',
        accounts: 'Bulletin boards',
        fetchesMedia: true,
      },
    ],
    scopes,
    stored: {
      tokens: 'The token of the person who connected the board',
      account: 'The connected board: its ID, name and handle',
      posts: 'Notices pinned through CrateSocial: their IDs, links and status',
      'post-numbers': 'Numbers of these notices: views, likes and slips torn off',
    },
    removal: {
      words: 'On Bulletin, open Settings and remove CrateSocial.',
      help: 'https://bulletin.example/help/apps',
    },
    documents: [{ label: 'Bulletin Terms', url: 'https://bulletin.example/terms' }],
  },
  create: (settings) => ({ issuer: createIssuer(settings), platforms: [createBulletin(settings)] }),
})

const boardsSchema = z.array(z.object({ id: z.string(), name: z.string(), handle: z.string() }))
const tokenSchema = z.object({
  token: z.string(),
  person: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(z.string()),
})

const createIssuer = (settings: BulletinSettings): Issuer => {
  const listBoards = async (token: string, signal: AbortSignal): Promise<AccountOffer[]> => {
    const boards = await askBulletin(settings, {
      path: '/api/boards',
      token,
      answer: boardsSchema,
      signal,
    })
    return boards.map(({ id, name, handle }) => ({
      platform: 'bulletin',
      accountId: id,
      name,
      handle,
      accountToken: null,
      settings: {},
      avatarUrl: null,
      blocked: null,
    }))
  }
  return {
    name: 'bulletin',
    label: 'Bulletin',
    platforms: ['bulletin'],
    scopes,
    consentUrl: ({ redirectUri, state }) =>
      `${settings.url}/authorize?${new URLSearchParams({ client_id: settings.appId, redirect_uri: redirectUri, state })}`,
    readCallback: ({ code }) =>
      code ? { code } : { refused: 'Bulletin was not allowed to share anything.' },
    exchange: ({ code, signal }) => exchange(settings, code, signal),
    listAccounts: async ({ accessToken }, signal) => ({
      offers: await listBoards(accessToken, signal),
      isComplete: true,
    }),
    readAccount: async ({ accessToken }, { accountId }, signal) =>
      (await listBoards(accessToken, signal)).find((board) => board.accountId === accountId) ??
      null,
    doubtsAccess: ({ kind }) => kind === 'permission',
    renew: async () => null,
    inspect: (tokens, signal) => inspect(settings, tokens.accessToken, signal),
    revoke: async ({ accessToken }, signal) => {
      await askBulletin(settings, {
        method: 'POST',
        path: '/api/revoke',
        token: accessToken,
        answer: z.object({}),
        signal,
      })
      return 'revoked'
    },
    callbacks: [],
    siteFiles: [],
    appNote: null,
    endings: [],
    apiUrl: settings.url,
    checkApp: (signal) => checkApp(settings, signal),
  }
}

const exchange = async (
  settings: BulletinSettings,
  code: string,
  signal: AbortSignal,
): Promise<GrantTokens> => {
  const body = new URLSearchParams({
    code,
    client_id: settings.appId,
    client_secret: settings.appSecret,
  })
  const { token, person, scopes } = await askBulletin(settings, {
    method: 'POST',
    path: '/token',
    body,
    answer: tokenSchema,
    signal,
  })
  return {
    accessToken: token,
    refreshToken: null,
    expiresAtMs: null,
    refreshExpiresAtMs: null,
    dataAccessExpiresAtMs: null,
    scopes,
    userId: person.id,
    userName: person.name,
  }
}

const inspect = async (settings: BulletinSettings, token: string, signal: AbortSignal) => {
  const rest = { scopes: null, expiresAtMs: null, dataAccessExpiresAtMs: null }
  try {
    await askBulletin(settings, { path: '/api/me', token, answer: z.object({}), signal })
    return { ...rest, valid: true, reason: null }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'reauthorize') throw error
    return { ...rest, valid: false, reason: error.message }
  }
}

const checkApp = async (settings: BulletinSettings, signal: AbortSignal) => {
  try {
    const query = new URLSearchParams({ client_secret: settings.appSecret })
    await askBulletin(settings, { path: `/app?${query}`, answer: z.object({}), signal })
    return { accepted: true } as const
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return {
      accepted: false,
      words: 'Bulletin does not know this app.',
      todo: 'Check BULLETIN_APP_SECRET.',
    } as const
  }
}
