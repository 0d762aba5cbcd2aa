import type { Role } from '../../../db/people/memberships.ts'
import type { WebDeps } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import { loadNextStep } from '../../pages/next-step.ts'
import { type AnnotationForm, annotationsView } from '../annotations/annotations.ts'
import { type Links, linksOf } from '../links.ts'
import type { ShownInsights } from './shown.ts'

/** The data of the page: what all members see alike as HTML, and what depends on the person. */
export const insightsView = async (
  deps: WebDeps,
  shown: ShownInsights,
  { viewer, form }: { viewer: { userId: string; role: Role }; form: AnnotationForm | null },
): Promise<View> => {
  const { insights, annotations, before, after } = shown
  const { channel } = insights
  const links = linksOf(insights)
  return {
    title: channel ? `${channel.name}: insights` : 'Insights',
    ...{ channel, before, after },
    empty: await emptyOf(deps, shown, viewer.role, links),
    accountCount: insights.accounts.length,
    annotations: annotationsView(annotations, insights, { links, viewer, form, nowMs: deps.now() }),
  }
}

/** Why there is nothing to show, and what to do next. Null if there is something to show. */
const emptyOf = async (
  deps: WebDeps,
  { insights, emptyWords: words }: ShownInsights,
  role: Role,
  links: Links,
) => {
  if (!words) return null
  if (insights.filters.words !== null)
    return {
      words,
      href: links.to({ platform: undefined, format: undefined, label: undefined }),
      label: 'Clear filters',
    }
  if (insights.firstDay !== null)
    return { words, href: `${links.path}?range=90d`, label: 'Last 90 days' }
  const { href, label } = await loadNextStep(deps, insights.workspace, role)
  return { words, href, label }
}
