import { healDays } from '../../db/insights/heal-days.ts'
import { tx } from '../../db/postgres/connect.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { summedNames } from '../../platforms/own-metrics.ts'
import type { OperateDeps } from './command.ts'
import type { Answer } from './table.ts'

/** A worker of an earlier version leaves gaps. Not run by itself, because it reads all readings. */
export const healNumbers = async ({ sql, config }: OperateDeps): Promise<Answer> => {
  const { platforms } = createPlatforms(config)
  const summed = [...platforms.values()].flatMap(({ measure }) => summedNames(measure.ownMetrics))
  const healed = await tx(sql, async (t) => {
    await t`set local statement_timeout = 0`
    return await healDays(t, [...new Set(summed)])
  })
  const words =
    healed === 0
      ? 'Nothing was missing.'
      : `Filled in ${healed} ${healed === 1 ? 'row' : 'rows'} of daily numbers.`
  return { rows: [{ healed }], words }
}
