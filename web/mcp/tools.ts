import { createHash } from 'node:crypto'
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { ApiScope } from '../../db/api/scopes.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { ApiAnswer, ApiCall, Operate } from './operations.ts'
import { markTexts } from './untrusted.ts'

/** What an assistant reads about a tool. `scope`: what its key must be allowed to do. */
type About = {
  name: string
  title: string
  description: string
  scope: ApiScope | null
}

/** A tool that only reads. */
export const readingTool = <S extends z.ZodRawShape>(
  { server, operate }: Tools,
  { name, title, description, scope, input }: About & { input: S },
  operationOf: (given: z.infer<z.ZodObject<S>>) => ApiCall,
): void => {
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: z.strictObject(input),
      annotations: { title, readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async (given) => resultOf(scope, await operate(operationOf(given as z.infer<z.ZodObject<S>>))),
  )
}

type Write = Pick<ApiCall, 'path' | 'body' | 'version'> & {
  method?: ApiCall['method']
  /** The key that the model chose, for what has no version yet. */
  chosen?: string
}

/**
 * A tool that changes something, once: the same call again gets the first answer. Calls are the same
 * if all arguments are, and one of them is the version of the post or a key that the model chose.
 */
export const writingTool = <S extends z.ZodRawShape>(
  { server, operate }: Tools,
  about: About & { input: S; isDestructive: boolean; goesOut?: boolean },
  operationOf: (given: z.infer<z.ZodObject<S>>) => Write,
): void => {
  const { name, title, description, scope, input, isDestructive, goesOut = false } = about
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: z.strictObject(input),
      annotations: {
        title,
        readOnlyHint: false,
        destructiveHint: isDestructive,
        idempotentHint: true,
        openWorldHint: goesOut,
      },
    },
    async (given) => {
      const { chosen, ...write } = operationOf(given as z.infer<z.ZodObject<S>>)
      const key = keyOf([name, chosen ?? write])
      return resultOf(scope, await operate({ method: 'POST', ...write, key }))
    },
  )
}

export type Tools = { server: McpServer; operate: Operate }

export const postId = z.uuid().describe('The id of the post.')
export const seenVersion = z
  .number()
  .int()
  .min(1)
  .max(999_999_999)
  .describe(
    'The version of the post that you last saw, from any answer about it. If the post was changed since, nothing happens: read it again, then decide.',
  )

const keyOf = (call: unknown[]): string =>
  `mcp-${createHash('sha256').update(JSON.stringify(call)).digest('hex')}`

const resultOf = (scope: ApiScope | null, { status, body }: ApiAnswer): CallToolResult => {
  const data = status < 400 ? markTexts(body) : refusalOf(scope, body)
  return {
    content: [{ type: 'text', text: JSON.stringify(data) }],
    structuredContent: data,
    ...(status < 400 ? {} : { isError: true }),
  }
}

/** What a model can do about it, in our own words. What rules say is data, as it quotes names. */
const refusalOf = (scope: ApiScope | null, { code, detail, errors }: JsonRecord): JsonRecord => ({
  code: code ?? null,
  reason:
    code === 'scope_missing'
      ? scopeReason(scope)
      : code === 'rules'
        ? 'Nothing was changed. `errors` says which rules keep this from being done.'
        : `Nothing was changed. ${String(detail)}`,
  ...(Array.isArray(errors) ? markTexts({ errors }) : {}),
})

const scopeReason = (scope: ApiScope | null): string =>
  [
    `Nothing was changed. This connection isn’t allowed to do this: it needs the scope “${scope ?? 'schedule'}”, which only an admin of the workspace can give.`,
    'Don’t try another way.',
    'You can leave the post as a draft, or send it for approval with ask_for_review, and tell the person.',
  ].join(' ')
