import { baseUrl, boolean, oneOf, text, uploadUrls } from '../../config/values.ts'
import { type ValuesOf, variable } from '../../config/variable.ts'
import type { IssuerSettings } from '../issuer-settings.ts'

const variables = {
  TIKTOK_CLIENT_KEY: variable(text, {
    optional: true,
    about: 'app at TikTok; without it TikTok is off',
  }),
  TIKTOK_CLIENT_SECRET: variable(text, { optional: true, secret: true, about: 'its secret' }),
  TIKTOK_APP_AUDITED: variable(boolean, {
    fallback: 'false',
    about:
      'true once TikTok has audited Direct Post of the app: until then people are told what TikTok refuses',
  }),
  TIKTOK_AUTH_URL: variable(baseUrl, { fallback: 'https://www.tiktok.com', about: 'consent page' }),
  TIKTOK_API_URL: variable(baseUrl, {
    fallback: 'https://open.tiktokapis.com',
    about: 'TikTok API',
  }),
  TIKTOK_UPLOAD_URLS: variable(uploadUrls, {
    fallback: 'https://*.tiktokapis.com',
    about:
      'where TikTok may ask for uploads, beside the host of TIKTOK_API_URL; comma separated, *. for every host below',
  }),
  TIKTOK_VIDEO_SOURCE: variable(oneOf('FILE_UPLOAD', 'PULL_FROM_URL'), {
    fallback: 'FILE_UPLOAD',
    about: 'how TikTok gets a video',
  }),
  TIKTOK_SITE_VERIFICATION: variable(siteVerifications, {
    fallback: '',
    about:
      'what TikTok wants to read at your address: the token, the file name or the line in the file; comma separated',
  }),
}

export const tiktokSettings = {
  variables,
  app: { id: 'TIKTOK_CLIENT_KEY', secret: 'TIKTOK_CLIENT_SECRET' },
  reviewed: 'TIKTOK_APP_AUDITED',
  asked: [],
  urls: ['TIKTOK_AUTH_URL', 'TIKTOK_API_URL'],
} satisfies IssuerSettings<keyof typeof variables>

/** Undefined if TikTok is off. */
export const readTiktokSettings = (v: ValuesOf<typeof variables>) =>
  v.TIKTOK_CLIENT_KEY && v.TIKTOK_CLIENT_SECRET
    ? {
        clientKey: v.TIKTOK_CLIENT_KEY,
        clientSecret: v.TIKTOK_CLIENT_SECRET,
        isAudited: v.TIKTOK_APP_AUDITED,
        authUrl: v.TIKTOK_AUTH_URL,
        apiUrl: v.TIKTOK_API_URL,
        uploadUrls: v.TIKTOK_UPLOAD_URLS,
        videoSource: v.TIKTOK_VIDEO_SOURCE,
        siteVerifications: v.TIKTOK_SITE_VERIFICATION,
      }
    : undefined

/** The tokens. Also accepts the name of TikTok's file (`tiktok<token>.txt`) or the line in it. */
function siteVerifications(given: string): string[] {
  return given
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => {
      const [, token] =
        /^(?:tiktok-developers-site-verification=|tiktok(?=[\w-]+\.txt$))?([\w-]{8,128})(?:\.txt)?$/.exec(
          entry,
        ) ?? []
      if (!token)
        throw new Error(
          'must be what TikTok shows when it verifies an address, such as tiktokAbC123xyz.txt',
        )
      return token
    })
}
