import type { NoticeFilter } from '../../db/notifications/notice-filters.ts'
import { isId } from '../http/ids.ts'

const shows: Record<NoticeFilter['show'], string> = {
  all: 'All',
  unread: 'Unread',
  attention: 'Needs attention',
}

/** What the address asks for. Anything that isn't known is left out. */
export const readNoticeFilter = (query: URLSearchParams): NoticeFilter => {
  const show = query.get('show') ?? ''
  const channel = query.get('account')
  return {
    show: show === 'unread' || show === 'attention' ? show : 'all',
    channelId: isId(channel) ? channel : null,
  }
}

/** The address of the list with this filter. `before`: the id that an older page begins after. */
export const noticesPath = (base: string, filter: NoticeFilter, before?: string): string => {
  const query = new URLSearchParams()
  if (filter.show !== 'all') query.set('show', filter.show)
  if (filter.channelId) query.set('account', filter.channelId)
  if (before) query.set('before', before)
  return query.size > 0 ? `${base}/notices?${query}` : `${base}/notices`
}

export type NoticeTab = { label: string; href: string; isChosen: boolean; count: number }

/** The choices above the list. `unseen` is the number of unread notices. */
export const noticeTabs = (base: string, filter: NoticeFilter, unseen: number): NoticeTab[] =>
  (['all', 'unread', 'attention'] as const).map((show) => ({
    label: shows[show],
    href: noticesPath(base, { ...filter, show }),
    isChosen: filter.show === show,
    count: show === 'unread' ? unseen : 0,
  }))
