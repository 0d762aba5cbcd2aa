import type { Membership, User } from './env.ts'

export type MenuItem = { key: string; label: string; icon: string; href: string; thumb: boolean }

/** The side menu. `thumb`: also in the bar at the bottom of a phone, where there is room for four. */
export const navigation = (user: User | null, here: Membership | undefined): MenuItem[] => {
  const base = here ? `/w/${here.slug}` : ''
  const item = (key: string, label: string, icon: string, href: string, thumb = false) => ({ key, label, icon, href, thumb })
  const everyone = here
    ? [
        item('today', 'Today', 'sun', `${base}/today`, true),
        item('calendar', 'Calendar', 'calendar', `${base}/calendar`, true),
        item('compose', 'Compose', 'pencil-plus', `${base}/posts/new`, true),
        item('media', 'Media', 'photo', `${base}/media`),
        item('insights', 'Insights', 'chart-line', `${base}/insights`),
        item('notices', 'Notices', 'mail', `${base}/notices`),
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
    ? [item('operate', 'Operate', 'building', '/operate'), item('promises', 'Promises', 'shield-lock', '/promises')]
    : []
  return [...everyone, ...admins, ...operators]
}
