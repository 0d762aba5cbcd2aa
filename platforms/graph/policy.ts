import { ownPostsDays } from '../own-post.ts'
import type { IssuerPolicy } from '../policy.ts'
import { metaScopes } from './scopes.ts'

// promise: D1, D7, L2
export const metaPolicy: IssuerPolicy = {
  issuer: 'meta',
  promise: {
    id: 'D1',
    sentence:
      'From Meta, CrateSocial keeps tokens, IDs of Pages and Instagram accounts, their name, handle and picture, post metrics, follower counts, and snapshots of these.',
  },
  label: 'Meta',
  title: 'Meta: Facebook Pages and Instagram',
  platforms: [
    {
      name: 'facebook',
      label: 'Facebook',
      mark: 'facebook',
      accounts: 'Facebook Pages',
      fetchesMedia: false,
    },
    {
      name: 'instagram',
      label: 'Instagram',
      mark: 'instagram',
      accounts: 'Instagram professional accounts',
      fetchesMedia: true,
    },
  ],
  scopes: metaScopes,
  stored: {
    tokens:
      'Access tokens: the long-lived token of the person who connected, and the tokens of their Pages',
    person:
      'The person who connected: their app-scoped user ID, name and granted permissions, and the date until which Meta allows access',
    account:
      'The connected account: the ID of the Facebook Page or Instagram professional account, its name and handle',
    avatar: 'Its profile picture, as a copy',
    posts:
      'Posts published through CrateSocial: their IDs, links and status, and messages from Meta about them',
    'post-numbers':
      'Numbers of these posts: views (impressions), reach, likes (reactions), comments, shares, saves, watch time, ' +
      'follows, profile visits and clicks, with their history',
    'elsewhere-posts': `Posts of the account that were not made here, of the last ${ownPostsDays} days: ID, link, time, the beginning of the text, and their newest numbers`,
    'account-numbers': 'Numbers of the account: followers, and views and reach for each day',
  },
  removal: {
    words:
      'On Facebook, open Settings, then “Business integrations” or “Apps and websites”, and remove CrateSocial. If you then also choose ' +
      '“Send request”, Meta asks us to delete your data.',
    help: 'https://www.facebook.com/help/405094243235242',
  },
  documents: [
    { label: 'Meta Platform Terms', url: 'https://developers.facebook.com/terms/' },
    { label: 'Meta Developer Policies', url: 'https://developers.facebook.com/devpolicy/' },
    { label: 'Meta Privacy Policy', url: 'https://www.facebook.com/privacy/policy/' },
  ],
}
