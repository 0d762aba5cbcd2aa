import type { Sandbox } from '../../../local/sandbox/server.ts'
import { control } from './twins.ts'

/** What the platforms received, from the sandbox's control port. */
export type LedgerPost = {
  platform: string
  account: string
  id: string
  kind: string
  text: string
  link: string | null
  media: { sha256: string; contentType: string; sizeBytes: number; altText: string | null }[]
  createdAtMs: number
  /** When the irreversible call arrived, in real time. */
  commitCallAtMs: number
  permalink: string | null
  visibility: string
}
export type LedgerCall = {
  id: number
  atMs: number
  platform: string
  endpoint: string
  account: string | null
  method: string
  path: string
  status: number | null
}

export const ledgerOf = (sandbox: Pick<Sandbox, 'controlUrl'>) => ({
  posts: async () => listOf<LedgerPost>(await control(sandbox, 'GET', '/ledger/posts')),
  calls: async () => listOf<LedgerCall>(await control(sandbox, 'GET', '/ledger/calls')),
})

const listOf = <T>(answer: unknown): T[] =>
  Array.isArray(answer) ? answer : (Object.values(answer as object)[0] as T[])
