import { findBeginnings } from '../../db/people/first-steps.ts'
import type { Role } from '../../db/people/memberships.ts'
import type { WebDeps, Workspace } from '../http/env.ts'

/** The text of an empty page: what will be here, and the one thing to do next. */
export type NextStep = { words: string; label: string; href: string }

/** The next step of a new workspace that this role can do. `words` explains it. */
export const loadNextStep = async (
  deps: WebDeps,
  workspace: Workspace,
  role: Role,
): Promise<NextStep> => {
  const { hasAccounts, hasPosts } = await findBeginnings(deps.sql, workspace.id)
  const base = `/w/${workspace.slug}`
  if (!hasAccounts && role === 'admin')
    return {
      words: 'Connect an account first, then schedule posts to it.',
      label: 'Connect an account',
      href: `${base}/channels`,
    }
  const write = {
    label: hasPosts ? 'Write a post' : 'Write your first post',
    href: `${base}/posts/new`,
  }
  if (!hasAccounts)
    return {
      words: 'No account is connected yet. Ask an admin to connect one. You can write drafts now.',
      ...write,
    }
  return { words: 'Write a post and choose when it goes out.', ...write }
}
