import type { ReportPeriod, ReportSection } from '../../db/reports/reports.ts'
import type { Insights } from '../insights/page.ts'
import type { postRow } from '../insights/post-numbers.ts'
import type { Tile } from '../insights/tiles.ts'

export const sectionLabels: Record<ReportSection, { label: string; about: string }> = {
  summary: { label: 'Summary', about: 'Views, reach, engagement rate and followers' },
  changes: { label: 'What changed', about: 'In words, compared with the time before' },
  chart: { label: 'Views over time', about: 'A chart, and the share of each platform' },
  posts: { label: 'Best posts', about: 'The posts with the most views, with pictures' },
  accounts: { label: 'Accounts', about: 'A table of what each account gained' },
  hours: { label: 'Best times', about: 'When posts got more views than usual' },
}

export const periodLabels: Record<ReportPeriod, string> = {
  month: 'Last whole month',
  week: 'Last whole week',
  own: 'Days of my choice',
}

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
