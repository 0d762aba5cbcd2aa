import { recordEvent } from '../../db/notifications/events.ts'
import {
  endInstallationPause,
  enqueueUnsent,
  findInstallationPause,
  pauseInstallation,
  pauseWorkspace,
} from '../../db/notifications/pauses.ts'
import { findWorkspaceId } from '../../db/people/workspaces.ts'
import { tx } from '../../db/postgres/connect.ts'
import { type OperateDeps, Unfit } from './command.ts'
import type { Answer } from './table.ts'

const byNobody = { userId: null }

export const pause = async ({ sql }: OperateDeps, [slug, ...more]: string[]): Promise<Answer> => {
  if (more.length > 0)
    throw new Unfit('Give one workspace, by its web address, or none for all of them.')
  return slug === undefined ? await pauseAll(sql) : await pauseOne(sql, slug)
}

const pauseAll = async (sql: OperateDeps['sql']): Promise<Answer> => {
  const paused = await tx(sql, async (t) => {
    if (!(await pauseInstallation(t))) return false
    await recordEvent(t, {
      name: 'installation.paused',
      workspaceId: null,
      subjectId: null,
      ...byNobody,
    })
    return true
  })
  return { words: paused ? 'Paused. Nothing is sent from any workspace.' : 'It is already paused.' }
}

const pauseOne = async (sql: OperateDeps['sql'], slug: string): Promise<Answer> => {
  const workspaceId = await findWorkspaceId(sql, slug)
  if (!workspaceId) throw new Unfit(`There is no workspace ${slug}.`)
  const paused = await tx(sql, async (t) => {
    if (!(await pauseWorkspace(t, workspaceId, null))) return false
    await recordEvent(t, {
      name: 'workspace.paused',
      workspaceId,
      subjectId: workspaceId,
      ...byNobody,
    })
    return true
  })
  return {
    words: paused
      ? `Paused. Nothing is sent from ${slug}. Its admins can resume it.`
      : 'It is already paused.',
  }
}

export const resume = async ({ sql }: OperateDeps, args: string[]): Promise<Answer> => {
  if (args.length > 0)
    throw new Unfit(
      'Only the workspace’s admins can resume it, because they decide what to do with each post that came due.',
    )
  const signaled = await tx(sql, async (t) => {
    if (!(await findInstallationPause(t))) return null
    await endInstallationPause(t)
    await recordEvent(t, {
      name: 'installation.resumed',
      workspaceId: null,
      subjectId: null,
      ...byNobody,
    })
    return (await enqueueUnsent(t, null)).length
  })
  if (signaled === null) return { words: 'It is not paused.' }
  return {
    words: `Publishing resumed. Signaled the workflows of ${signaled} posts that are due within a day.`,
  }
}
