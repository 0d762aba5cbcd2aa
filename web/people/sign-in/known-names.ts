import { listNamesOfWorkspaces } from '../../../db/people/workspaces.ts'
import type { WebDeps } from '../../http/env.ts'

/** Names that someone who knows the person would try as a password. */
export const knownNames = async (
  deps: WebDeps,
  person: { id: string; name: string; email: string },
): Promise<string[]> => [
  person.name,
  person.email,
  hostName(deps),
  ...(await listNamesOfWorkspaces(deps.sql, person.id)),
]

/** "social.example.com" */
export const hostName = (deps: WebDeps): string => new URL(deps.config.publicUrl).hostname
