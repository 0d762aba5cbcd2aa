import type { WebDeps } from '../../http/env.ts'
import type { Insights } from '../page.ts'
import type { postRow } from '../post-numbers.ts'
import type { Tile } from '../tiles.ts'

const mostSentences = 4

/**
 * What changed, in at most four sentences, each with its numbers. Followers are of whole accounts,
 * so they are left out where only a format or label counts.
 */
export const changeSentences = (
  { range, fmt, scope }: Pick<Insights, 'range' | 'fmt' | 'scope'>,
  tiles: Tile[],
  best: ReturnType<typeof postRow> | undefined,
): string[] => {
  const sentences = new Map(
    tiles.flatMap(({ metric, words, change, from }): [string, string][] => {
      if (!change || !words) return []
      if (metric === 'followers' && (scope.kind !== null || scope.labelId)) return []
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

/** The share of each platform in all views, largest first. Empty if there is only one. */
export const sharesOf = (
  deps: WebDeps,
  { platformViews, fmt }: Pick<Insights, 'platformViews' | 'fmt'>,
) => {
  const all = platformViews.reduce((sum, one) => sum + one.views, 0)
  if (platformViews.length < 2 || all === 0) return []
  return platformViews
    .toSorted((a, b) => b.views - a.views)
    .map(({ platform, views }) => ({
      drawn: deps.platforms.platforms.get(platform),
      label: deps.platforms.platforms.get(platform)?.label ?? platform,
      views: fmt.count(views),
      share: views / all,
      words: fmt.share(Math.round((views / all) * 100) / 100),
    }))
}
