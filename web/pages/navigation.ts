import type { Membership, User } from '../http/env.ts'

export type MenuItem = { key: string; label: string; icon: string; href: string; thumb: boolean }

/** The side menu. `thumb`: also in the bottom bar on phones, which has room for four items. */
export const navigation = (
  user: User | null,
  here: Pick<Membership, 'slug' | 'role'> | undefined,
): MenuItem[] => {
  const base = here ? `/w/${here.slug}` : ''
  const item = (key: string, label: string, icon: string, href: string, thumb = false) => ({
    key,
    label,
    icon,
    href,
    thumb,
  })
  const everyone = here
    ? [
        item('today', 'Today', 'sun', `${base}/today`, true),
        item('calendar', 'Calendar', 'calendar', `${base}/calendar`, true),
        item('compose', 'Compose', 'pencil-plus', `${base}/posts/new`, true),
        item('media', 'Media', 'photo', `${base}/media`),
        item('insights', 'Insights', 'chart-line', `${base}/insights`),
        item('notices', 'Notifications', 'bell', `${base}/notices`),
        item('accounts', 'Accounts', 'plug-connected', `${base}/channels`, true),
      ]
    : []
  const admins =
    here?.role === 'admin'
      ? [
          item('people', 'People', 'users', `${base}/people`),
          item('activity', 'Activity', 'history', `${base}/activity`),
          item('settings', 'Settings', 'settings', `${base}/settings`),
        ]
      : []
  const operators = user?.isOperator
    ? [
        item('operate', 'Operate', 'building', '/operate'),
        item('promises', 'Promises', 'shield-lock', '/promises'),
      ]
    : []
  return [...everyone, ...admins, ...operators]
}
