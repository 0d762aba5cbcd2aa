import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { backIn, formFields, formList } from '../../http/answers.ts'
import type { MemberEnv } from '../../http/env.ts'
import { isId } from '../../http/ids.ts'

/** Files that one form may change or download. */
export const selectionMax = 200

/** The ids of the selected files. */
export const selected = async (c: Context<MemberEnv>): Promise<string[]> => {
  const ids = [...new Set((await formList(c, 'media')).filter(isId))]
  if (ids.length === 0)
    throw new HTTPException(422, { message: 'Select at least one file, then try again.' })
  if (ids.length > selectionMax)
    throw new HTTPException(422, {
      message: `Select at most ${selectionMax} files at once.`,
    })
  return ids
}

/** Where the form was. */
export const backTo = async (c: Context<MemberEnv>): Promise<string> =>
  backIn(c, (await formFields(c)).back) ?? `/w/${c.var.workspace.slug}/media`
