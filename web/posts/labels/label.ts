import { z } from 'zod'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import {
  addLabel,
  deleteLabel,
  type Label,
  type LabelColor,
  labelColors,
  type Renamed,
  renameLabel,
} from '../../../db/posts/labels/labels.ts'
import { cleanLine } from '../../../text/clean-text.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'

export const labelMaxCharacters = 40
/** In a workspace. */
export const labelsMax = 200
export const labelsOfPostMax = 20

/** A name on one line, with single spaces. */
export const labelName = z
  .string()
  .transform((typed) => cleanLine(typed).split(' ').filter(Boolean).join(' '))
  .pipe(
    z
      .string()
      .min(1, 'Enter a name.')
      .max(labelMaxCharacters, `Use at most ${labelMaxCharacters} characters.`),
  )

export const labelColor = z.enum(labelColors, { error: 'Choose a color.' })

/** `isNew` is false if the workspace had a label with this name. */
export type AddedLabel = { label: Label; isNew: boolean } | { error: string }

type Actor = { workspace: Workspace; userId: string }

/** Adds the label, or finds the one with this name. */
export const addNamedLabel = async (
  deps: WebDeps,
  { workspace, userId }: Actor,
  typed: { name: string; color?: LabelColor },
): Promise<AddedLabel> => {
  const name = labelName.safeParse(typed.name)
  if (!name.success) return { error: name.error.issues[0]?.message ?? '' }
  return await tx(deps.sql, async (t): Promise<AddedLabel> => {
    const given = { ...typed, name: name.data }
    const added = await addLabel(t, workspace.id, given, labelsMax)
    if (!added)
      return {
        error: `This workspace has ${labelsMax} labels, which is the most. Delete one first.`,
      }
    const { isNew, ...label } = added
    const about = { workspaceId: workspace.id, userId, subjectId: label.id }
    if (isNew) await recordEvent(t, { name: 'label.added', ...about })
    return { label, isNew }
  })
}

/** Sets what isn't null, unless another label has the name. */
export const changeLabel = (
  deps: WebDeps,
  { workspace, userId }: Actor,
  labelId: string,
  change: { name: string | null; color: LabelColor | null },
): Promise<Renamed> =>
  tx(deps.sql, async (t) => {
    const renamed = await renameLabel(t, { workspaceId: workspace.id, labelId }, change)
    const about = { workspaceId: workspace.id, userId, subjectId: labelId }
    if (renamed.as === 'renamed') await recordEvent(t, { name: 'label.changed', ...about })
    return renamed
  })

/** Returns whether the label still existed. Its posts stay. */
export const removeLabel = (
  deps: WebDeps,
  { workspace, userId }: Actor,
  labelId: string,
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    if (!(await deleteLabel(t, { workspaceId: workspace.id, labelId }))) return false
    const about = { workspaceId: workspace.id, userId, subjectId: labelId }
    await recordEvent(t, { name: 'label.removed', ...about })
    return true
  })
