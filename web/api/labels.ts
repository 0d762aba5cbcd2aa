import { z } from '@hono/zod-openapi'
import { labelColors, listLabelUses } from '../../db/posts/labels/labels.ts'
import type { WebDeps } from '../http/env.ts'
import {
  addNamedLabel,
  changeLabel,
  labelMaxCharacters,
  labelName,
  labelsMax,
  removeLabel,
} from '../posts/labels/label.ts'
import { type Api, reading, writing } from './operation.ts'
import { ApiProblem, notFound } from './problems.ts'

const name = z.string().min(1).max(labelMaxCharacters).regex(/\S/).openapi({
  example: 'Restock',
  description: 'On one line. No two labels differ only by case.',
})
const color = z.enum(labelColors)
const label = z
  .object({
    id: z.uuid(),
    name: z.string(),
    color,
    posts: z.number().int().openapi({ description: 'How many posts have it, drafts included.' }),
    files: z.number().int().openapi({ description: 'How many files of the library have it.' }),
  })
  .openapi('Label')
const newLabel = z
  .strictObject({
    name,
    color: color.optional().openapi({
      description: 'Without it, the color that the fewest labels have.',
    }),
  })
  .openapi('NewLabel')
const labelChange = z
  .strictObject({ name: name.optional(), color: color.optional() })
  .openapi('LabelChange', { example: { name: 'Restock' } })

const about = { tag: 'Labels', answer: z.object({ id: z.uuid() }) } as const
const one = { id: z.uuid() }

export const useLabels = (api: Api, deps: WebDeps): void => {
  reading(
    api,
    deps,
    {
      ...about,
      method: 'get',
      path: '/labels',
      id: 'listLabels',
      summary: 'List the labels of the workspace, by name',
      scope: 'read',
      answer: z.object({ data: z.array(label) }),
    },
    async ({ deps, caller }) => ({ data: await listLabelUses(deps.sql, caller.workspace.id) }),
  )
  writing(
    api,
    deps,
    {
      ...about,
      method: 'post',
      path: '/labels',
      id: 'createLabel',
      summary: 'Create a label',
      scope: 'draft',
      status: 201,
      body: newLabel,
    },
    async ({ deps, caller, body }) => {
      const added = await addNamedLabel(deps, caller, body)
      if ('error' in added)
        throw new ApiProblem(409, 'labels_full', `A workspace can have ${labelsMax} labels.`)
      if (!added.isNew) throw nameTaken()
      return { id: added.label.id }
    },
  )
  changeLabels(api, deps)
}

const changeLabels = (api: Api, deps: WebDeps): void => {
  writing(
    api,
    deps,
    {
      ...about,
      method: 'patch',
      path: '/labels/{id}',
      id: 'updateLabel',
      summary: 'Change the name or the color of a label',
      description: 'Its posts follow.',
      scope: 'manage',
      params: one,
      body: labelChange,
    },
    async ({ deps, caller, params, body }) => {
      const change = {
        name: body.name === undefined ? null : labelName.parse(body.name),
        color: body.color ?? null,
      }
      const done = await changeLabel(deps, caller, params.id, change)
      if (done.as === 'gone') throw notFound('label')
      if (done.as === 'taken') throw nameTaken()
      return { id: params.id }
    },
  )
  writing(
    api,
    deps,
    {
      ...about,
      method: 'delete',
      path: '/labels/{id}',
      id: 'deleteLabel',
      summary: 'Delete a label',
      description: 'Its posts stay, without it.',
      scope: 'manage',
      params: one,
    },
    async ({ deps, caller, params }) => {
      if (!(await removeLabel(deps, caller, params.id))) throw notFound('label')
      return { id: params.id }
    },
  )
}

const nameTaken = (): ApiProblem =>
  new ApiProblem(409, 'label_exists', 'This workspace has another label with this name.')
