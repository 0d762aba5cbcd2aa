import type { Config } from '../../config/index.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { WrongUse } from '../command.ts'
import type { Answer } from './table.ts'

export type OperateDeps = { sql: Sql; config: Config; now: () => number }

export type Command = {
  /** The words of the command, followed by its arguments in capitals. */
  usage: string
  about: string
  run: (deps: OperateDeps, args: string[]) => Promise<Answer>
}

/** The command or its argument doesn't exist or makes no sense. */
export class Unfit extends WrongUse {}

/** The single argument of a command. */
export const only = (args: string[], what: string): string => {
  const [given, ...more] = args
  if (given === undefined || more.length > 0) throw new Unfit(`Give one ${what}.`)
  return given
}
