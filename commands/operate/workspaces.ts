import { listStandings } from '../db/operators.ts'
import type { OperateDeps } from './commands.ts'
import type { Answer } from './table.ts'

export const listWorkspaces = async ({ sql }: OperateDeps): Promise<Answer> => ({ rows: await listStandings(sql) })
