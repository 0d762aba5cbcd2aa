import { z } from '@hono/zod-openapi'
import { ApiProblem } from './problems.ts'

/** How many entries a page of a list can have. */
export const pageMax = 100

/** The parameters of a list that comes in pages. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(pageMax).default(50).openapi({
    type: 'integer',
    description: 'How many entries.',
  }),
  cursor: z.string().max(400).optional().openapi({
    description: '`next` of the page before.',
  }),
}

export const listOf = <T extends z.ZodType>(entry: T) =>
  z.object({
    data: z.array(entry),
    next: z.string().nullable().openapi({ description: 'The cursor of the next page, if any.' }),
  })

/** A place in a list, as an opaque text. */
export const writeCursor = (place: string[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url')

/** Null for the first page. Each part must match its pattern. */
export const readCursor = (given: string | undefined, parts: RegExp[]): string[] | null => {
  if (given === undefined) return null
  const place = parsed(given)
  const isOurs =
    place.length === parts.length && parts.every((pattern, at) => pattern.test(place[at] ?? ''))
  if (isOurs) return place
  throw new ApiProblem(400, 'cursor_invalid', 'This cursor is not one that a list has given.')
}

const parsed = (given: string): string[] => {
  try {
    const value: unknown = JSON.parse(Buffer.from(given, 'base64url').toString())
    return Array.isArray(value) ? value.map(String) : []
  } catch {
    return []
  }
}

export const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
