import type { Membership, User } from '../http/env.ts'

type MenuItem = { key: string; label: string; icon: string; href: string }
/** A part of the side menu. The first one has no label. */
type MenuGroup = { label: string | null; items: MenuItem[] }
/**
 * `newPost`: the address of an empty composer. `tabs`: what the bar on phones has besides New post
 * and More, which has everything else.
 */
export type Menu = { newPost: string | null; groups: MenuGroup[]; tabs: MenuItem[] }

type Here = Pick<Membership, 'slug' | 'role'> | undefined

const item = (key: string, label: string, icon: string, href: string): MenuItem => ({
  key,
  label,
  icon,
  href,
})

/** Where this person can go, `here` being the workspace of the page. */
export const navigation = (user: User | null, here: Here): Menu => {
  const pages = here ? pagesOf(`/w/${here.slug}`) : []
  const groups: MenuGroup[] = [
    { label: null, items: pages },
    { label: 'Workspace', items: here ? aboutWorkspace(`/w/${here.slug}`, here.role) : [] },
    { label: 'Installation', items: user?.isOperator ? forOperators : [] },
  ]
  return {
    newPost: here ? `/w/${here.slug}/posts/new` : null,
    groups: groups.filter(({ items }) => items.length > 0),
    tabs: pages.filter(({ key }) => ['today', 'calendar', 'media'].includes(key)),
  }
}

const pagesOf = (base: string): MenuItem[] => [
  item('today', 'Today', 'sun', `${base}/today`),
  item('calendar', 'Calendar', 'calendar', `${base}/calendar`),
  item('reviews', 'Reviews', 'message-circle', `${base}/reviews`),
  item('media', 'Media', 'photo', `${base}/media`),
  item('insights', 'Insights', 'chart-line', `${base}/insights`),
  item('notices', 'Notifications', 'bell', `${base}/notices`),
]

const aboutWorkspace = (base: string, role: Membership['role']): MenuItem[] => [
  item('accounts', 'Accounts', 'plug-connected', `${base}/channels`),
  ...(role === 'admin'
    ? [
        item('people', 'People', 'users', `${base}/people`),
        item('activity', 'Activity', 'history', `${base}/activity`),
        item('settings', 'Settings', 'settings', `${base}/settings`),
      ]
    : []),
]

const forOperators: MenuItem[] = [
  item('operate', 'Operate', 'server-2', '/operate'),
  item('promises', 'Promises', 'shield-lock', '/promises'),
]

/** The letters of a tile that stands for a person: the first one of the first and the last name. */
export const initials = (name: string): string => {
  const words = name.trim().split(/\s+/)
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words
  return chosen.map((word) => letters(word ?? '')[0] ?? '').join('')
}

const letters = (word: string): string[] => [...word.normalize('NFC').toUpperCase()]
