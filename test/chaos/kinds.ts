import type { Residents } from './residents.ts'

/** One kind of post on one platform, and the accounts that it may go to. */
export type Kind = {
  name: string
  platform: string
  kind: string
  accounts: string[]
  media: ('landscape' | 'square' | 'tall' | 'clip' | 'own')[]
  link?: string
  settings?: Record<string, string>
}

const pages = ['Northside Records', 'Northside Café', 'Northside Events', 'Southside Club']
const instagram = ['@northsiderecords', '@northsidecafe']
/** TikTok takes six posts a minute from one account, so that one alone would hold up a run. The first is there; the others are made. */
export const tiktokAccounts = ['northside.records', 'northside.tapes', 'northside.singles', 'northside.live']
const tiktok = {
  accounts: tiktokAccounts.map((name) => `@${name}`),
  settings: { privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: 'on', consent: 'on' },
}

export const kinds: Kind[] = [
  { name: 'Facebook text', platform: 'facebook', accounts: pages, kind: 'text', media: [] },
  { name: 'Facebook link', platform: 'facebook', accounts: pages, kind: 'link', media: [], link: 'https://example.org/crates' },
  { name: 'Facebook photo', platform: 'facebook', accounts: pages, kind: 'photo', media: ['landscape'] },
  { name: 'Facebook photos', platform: 'facebook', accounts: pages, kind: 'photos', media: ['landscape', 'square'] },
  { name: 'Facebook video', platform: 'facebook', accounts: pages, kind: 'video', media: ['clip'] },
  { name: 'Facebook reel', platform: 'facebook', accounts: pages, kind: 'reel', media: ['clip'] },
  { name: 'Instagram image', platform: 'instagram', accounts: instagram, kind: 'image', media: ['square'] },
  {
    name: 'Instagram carousel',
    platform: 'instagram',
    accounts: instagram,
    kind: 'carousel',
    media: ['square', 'clip', 'landscape'],
  },
  { name: 'Instagram reel', platform: 'instagram', accounts: instagram, kind: 'reel', media: ['clip'] },
  { name: 'Instagram story', platform: 'instagram', accounts: instagram, kind: 'story', media: ['own'] },
  { name: 'TikTok video', platform: 'tiktok', kind: 'video', media: ['clip'], ...tiktok },
  { name: 'TikTok photos', platform: 'tiktok', kind: 'photos', media: ['square', 'tall'], ...tiktok },
]

/** The media ids of a post of this kind. */
export const mediaOf = async (residents: Residents, kind: Kind, number: number): Promise<string[]> => {
  const ids: string[] = []
  for (const name of kind.media) ids.push(name === 'own' ? await residents.ownPicture(number) : residents.media[name])
  return ids
}
