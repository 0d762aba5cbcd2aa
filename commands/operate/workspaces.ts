import { listStandings } from '../../db/people/operators.ts'
import type { OperateDeps } from './command.ts'
import type { Answer } from './table.ts'

export const listWorkspaces = async ({ sql }: OperateDeps): Promise<Answer> => ({
  rows: await listStandings(sql),
})
