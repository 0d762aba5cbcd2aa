import { resolve } from 'node:path'
import { readCommand, WrongUse, wholeNumber } from '../../commands/command.ts'

export type ChaosOptions = {
  posts: number
  kills: number
  seed: number
  /** The posts come due within this many minutes. */
  minutes: number
  /** The first of seven consecutive ports. */
  port: number
  /** After the kills, advances the clocks, so that nobody waits for the reconciliation windows. */
  hurry: boolean
  /** A folder that real-temporal.sh has set up. */
  realTemporal: string | undefined
  /**
   * A folder from `npm run build`, used instead of the sources. Runs as strictly as in production
   * and behind HTTPS, so clocks can't be moved.
   */
  build: string | undefined
  /** Keeps logs and data. */
  keep: boolean
}

/** Throws WrongUse if options contradict each other. */
export const readArguments = (): ChaosOptions => {
  const { options } = readCommand('chaos', (command) =>
    command
      .description(
        'Lets posts of all kinds come due while everything is killed and every fault happens. Fails when a post was lost, ' +
          'published twice or wrongly reported. The last line is JSON.',
      )
      .option('--posts <count>', 'posts', wholeNumber(1), 300)
      .option('--kills <count>', 'kills', wholeNumber(), 60)
      .option('--seed <number>', 'of the random choices', wholeNumber(), 1)
      .option('--minutes <count>', 'the posts come due over so many minutes', wholeNumber(1), 3)
      .option('--port <port>', 'the first of seven ports', wholeNumber(1, 65_000), 4270)
      .option('--hurry', 'move clocks ahead once nothing is killed any more')
      .option('--real-temporal <folder>', 'a Temporal server on PostgreSQL, to be killed too')
      .option('--dist <folder>', 'run this build instead of the sources')
      .option('--keep', 'leave logs and data where they are'),
  )
  const { hurry = false, keep = false, dist, realTemporal, ...numbers } = options
  if (hurry && dist !== undefined)
    throw new WrongUse('--hurry moves clocks, and a build (--dist) does not let it.')
  return {
    ...numbers,
    hurry,
    keep,
    realTemporal,
    build: dist === undefined ? undefined : resolve(dist),
  }
}
