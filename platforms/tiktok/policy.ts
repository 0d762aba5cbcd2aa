import { ownPostsDays } from '../own-post.ts'
import type { IssuerPolicy } from '../policy.ts'
import { tiktokScopes } from './scopes.ts'

// promise: D2, D7, L2
export const tiktokPolicy: IssuerPolicy = {
  issuer: 'tiktok',
  promise: {
    id: 'D2',
    sentence:
      'From TikTok, CrateSocial keeps the two tokens, open IDs, the creator information needed for publishing, and the post metrics that TikTok returns.',
  },
  label: 'TikTok',
  title: 'TikTok',
  platforms: [
    {
      name: 'tiktok',
      label: 'TikTok',
      mark: 'tiktok',
      accounts: 'TikTok accounts',
      fetchesMedia: true,
    },
  ],
  scopes: tiktokScopes,
  stored: {
    tokens:
      'An access token and a refresh token. Today TikTok grants them for 2 hours and 180 days',
    person:
      'The permissions you granted, with the open ID and display name of the account that granted them',
    account: 'The connected account: its open ID, display name and handle',
    avatar: 'Its profile picture, as a copy',
    'creator-info':
      'Creator information, which TikTok requires us to show before publishing: nickname, handle, privacy options, the longest video allowed, ' +
      'and whether comments, duets and stitches are allowed',
    posts:
      'Posts published through CrateSocial: their IDs, links and status, and messages from TikTok about them',
    'post-numbers': 'Numbers of these posts: views, likes, comments and shares, with their history',
    'elsewhere-posts': `Public videos of the account that were not made here, of the last ${ownPostsDays} days: ID, link, time, the beginning of the text, and their newest numbers`,
    'account-numbers': 'Number of followers of the account, with its history',
  },
  removal: {
    words:
      'In TikTok, open Settings and privacy, find the apps that are connected to your account, and remove CrateSocial.',
    help: 'https://support.tiktok.com/en/safety-hc/account-and-user-safety/connect-to-third-party-apps',
  },
  documents: [
    {
      label: 'TikTok Developer Terms of Service',
      url: 'https://www.tiktok.com/legal/page/global/tik-tok-developer-terms-of-service/en',
    },
    { label: 'TikTok Privacy Policy', url: 'https://www.tiktok.com/legal/privacy-policy' },
  ],
}
