import type { Context } from 'hono'
import type { MemberEnv } from './env.ts'

/** Answers with a CSV file of the workspace. A table in parts is streamed, never in memory at once. */
export const sendCsv = (
  c: Context<MemberEnv>,
  table: string | AsyncIterable<string>,
  what: string,
): Response => {
  const body = typeof table === 'string' ? table : ReadableStream.from(encoded(table))
  return c.body(body, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${c.var.workspace.slug}-${what}.csv"`,
    'Cache-Control': 'no-store',
  })
}

async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const part of parts) yield encoder.encode(part)
}
