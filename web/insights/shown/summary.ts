import type { WebDeps } from '../../http/env.ts'
import type { Insights } from '../page.ts'
import type { postRow } from '../post-numbers.ts'
import type { Tile } from '../tiles.ts'

const mostSentences = 4

/** What changed, in at most four sentences, each with its numbers. */
export const changeSentences = (
  { range, fmt }: Pick<Insights, 'range' | 'fmt'>,
  tiles: Tile[],
  best: ReturnType<typeof postRow> | undefined,
): string[] => {
  const sentences = new Map(
    tiles.flatMap(({ metric, words, change, from }): [string, string][] => {
      if (!change || !words) return []
      const more = `${change.words.charAt(0).toUpperCase()}${change.words.slice(1)} ${metric}`
      return metric === 'followers'
        ? [[metric, `${more} ${change.joins} before, ${words} in all.`]]
        : [[metric, `${more} ${change.joins} in the ${range.label} before: ${words}, ${from}.`]]
    }),
  )
  const platform = best?.drawn ? ` on ${best.drawn.label}` : ''
  if (best?.views)
    sentences.set(
      'best',
      `“${best.title}” was viewed most: ${fmt.count(best.views)} times so far${platform}.`,
    )
  return ['views', 'best', 'followers', 'engagement', 'reach']
    .flatMap((name) => sentences.get(name) ?? [])
    .slice(0, mostSentences)
}

/**
 * The share of each platform in all views, largest first. Empty if there is only one, or if sums of
 * some accounts are not known.
 */
export const sharesOf = (deps: WebDeps, { accountSums, accounts, shown, fmt }: Insights) => {
  if (shown.length < accounts.length) return []
  const sums = new Map<string, number>()
  for (const account of accounts) {
    const views = accountSums.find((one) => one.channelId === account.id)?.views ?? 0
    sums.set(account.platform, (sums.get(account.platform) ?? 0) + Math.max(0, views))
  }
  const all = [...sums.values()].reduce((sum, one) => sum + one, 0)
  if (sums.size < 2 || all === 0) return []
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([name, views]) => ({
      drawn: deps.platforms.platforms.get(name),
      label: deps.platforms.platforms.get(name)?.label ?? name,
      views: fmt.count(views),
      share: views / all,
      words: fmt.share(Math.round((views / all) * 100) / 100),
    }))
}
