import { z } from '@hono/zod-openapi'

/** Years that time zones and the database can handle without doubt. */
const [firstMs, lastMs] = [Date.UTC(1970, 0, 2), Date.UTC(2199, 11, 31)]

/** A moment with its offset. */
export const instant = z.iso.datetime({ offset: true }).refine(
  (text) => {
    const atMs = Date.parse(text)
    return atMs >= firstMs && atMs <= lastMs
  },
  { message: 'Use a time between 1970 and 2199.' },
)
