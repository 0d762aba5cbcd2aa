import type { Residents } from './residents.ts'
import { tiktokAccounts } from './tiktok-accounts.ts'

/** A kind of post on a platform, and the accounts it may be published to. */
export type Kind = {
  name: string
  platform: string
  kind: string
  accounts: string[]
  media: ('landscape' | 'square' | 'tall' | 'clip' | 'own')[]
  link?: string
  settings?: Record<string, string>
  /** Whether its platform takes a first comment, which is a separate step with its own call. */
  comment?: boolean
}

const pages = ['Northside Records', 'Northside Café', 'Northside Events', 'Southside Club']
const instagram = ['@northsiderecords', '@northsidecafe']

const tiktok = {
  accounts: tiktokAccounts.map((name) => `@${name}`),
  settings: { privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: 'on', consent: 'on' },
}

export const kinds: Kind[] = [
  {
    name: 'Facebook text',
    platform: 'facebook',
    accounts: pages,
    kind: 'text',
    comment: true,
    media: [],
  },
  {
    name: 'Facebook link',
    platform: 'facebook',
    accounts: pages,
    kind: 'link',
    comment: true,
    media: [],
    link: 'https://example.org/crates',
  },
  {
    name: 'Facebook photo',
    platform: 'facebook',
    accounts: pages,
    kind: 'photo',
    comment: true,
    media: ['landscape'],
  },
  {
    name: 'Facebook photos',
    platform: 'facebook',
    accounts: pages,
    kind: 'photos',
    comment: true,
    media: ['landscape', 'square'],
  },
  {
    name: 'Facebook video',
    platform: 'facebook',
    accounts: pages,
    kind: 'video',
    comment: true,
    media: ['clip'],
  },
  {
    name: 'Facebook reel',
    platform: 'facebook',
    accounts: pages,
    kind: 'reel',
    comment: true,
    media: ['clip'],
  },
  { name: 'Facebook story', platform: 'facebook', accounts: pages, kind: 'story', media: ['own'] },
  {
    name: 'Instagram image',
    platform: 'instagram',
    accounts: instagram,
    kind: 'image',
    comment: true,
    media: ['square'],
  },
  {
    name: 'Instagram carousel',
    platform: 'instagram',
    accounts: instagram,
    kind: 'carousel',
    comment: true,
    media: ['square', 'clip', 'landscape'],
  },
  {
    name: 'Instagram reel',
    platform: 'instagram',
    accounts: instagram,
    kind: 'reel',
    comment: true,
    media: ['clip'],
  },
  {
    name: 'Instagram story',
    platform: 'instagram',
    accounts: instagram,
    kind: 'story',
    media: ['own'],
  },
  { name: 'TikTok video', platform: 'tiktok', kind: 'video', media: ['clip'], ...tiktok },
  {
    name: 'TikTok photos',
    platform: 'tiktok',
    kind: 'photos',
    media: ['square', 'tall'],
    ...tiktok,
  },
]

/** The media ids for a post of this kind. */
export const mediaOf = async (
  residents: Residents,
  kind: Kind,
  number: number,
): Promise<string[]> => {
  const ids: string[] = []
  for (const name of kind.media)
    ids.push(name === 'own' ? await residents.ownPicture(number) : residents.media[name])
  return ids
}
