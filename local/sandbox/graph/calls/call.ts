import type { Context } from 'hono'
import type { Call } from '../../ledger.ts'
import type { SandboxEnv } from '../../world.ts'
import type { Meta } from '../meta.ts'
import type { Caller } from './caller.ts'
import type { Parameters } from './parameters.ts'

/** One parsed and authenticated call of the Graph API. */
export type GraphCall = {
  meta: Meta
  c: Context<SandboxEnv>
  ledgerCall: Call
  parameters: Parameters
  /** The version that handles the call, which may differ from the requested one. */
  version: string
  /** The path after the host's prefix, for paging. */
  graphPath: string
  tokenText: string | undefined
  caller: Caller
}
