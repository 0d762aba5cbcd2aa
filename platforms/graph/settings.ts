import { baseUrl, boolean, matching, text } from '../../config/values.ts'
import { type ValuesOf, variable } from '../../config/variable.ts'
import type { IssuerSettings } from '../issuer-settings.ts'

const variables = {
  META_APP_ID: variable(text, {
    optional: true,
    about: 'app at Meta; without it Facebook and Instagram are off',
  }),
  META_APP_SECRET: variable(text, { optional: true, secret: true, about: 'its secret' }),
  META_API_VERSION: variable(matching(/^v\d+\.\d+$/, 'a version such as v25.0'), {
    fallback: 'v25.0',
    about: 'Graph API version',
  }),
  META_CONFIG_ID: variable(text, {
    optional: true,
    about: 'Facebook Login for Business configuration',
  }),
  META_APP_LIVE: variable(boolean, {
    fallback: 'false',
    about:
      'true once the app is live: until then people are told that posts may be visible only to people with a role in it',
  }),
  META_GRAPH_URL: variable(baseUrl, { fallback: 'https://graph.facebook.com', about: 'Graph API' }),
  META_GRAPH_VIDEO_URL: variable(baseUrl, {
    fallback: 'https://graph-video.facebook.com',
    about: 'video uploads',
  }),
  META_DIALOG_URL: variable(baseUrl, {
    fallback: 'https://www.facebook.com',
    about: 'consent dialog',
  }),
  META_RUPLOAD_URL: variable(baseUrl, {
    fallback: 'https://rupload.facebook.com',
    about: 'resumable uploads',
  }),
}

export const metaSettings = {
  variables,
  app: { id: 'META_APP_ID', secret: 'META_APP_SECRET' },
  reviewed: 'META_APP_LIVE',
  asked: ['META_CONFIG_ID'],
  urls: ['META_GRAPH_URL', 'META_GRAPH_VIDEO_URL', 'META_DIALOG_URL', 'META_RUPLOAD_URL'],
} satisfies IssuerSettings<keyof typeof variables>

/** Undefined if Meta is off. */
export const readMetaSettings = (v: ValuesOf<typeof variables>) =>
  v.META_APP_ID && v.META_APP_SECRET
    ? {
        appId: v.META_APP_ID,
        appSecret: v.META_APP_SECRET,
        isLive: v.META_APP_LIVE,
        apiVersion: v.META_API_VERSION,
        configId: v.META_CONFIG_ID,
        graphUrl: v.META_GRAPH_URL,
        graphVideoUrl: v.META_GRAPH_VIDEO_URL,
        dialogUrl: v.META_DIALOG_URL,
        ruploadUrl: v.META_RUPLOAD_URL,
      }
    : undefined
