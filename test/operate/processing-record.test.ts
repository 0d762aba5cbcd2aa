import { expect, test } from 'vitest'
import { findCommand } from '../../commands/operate/commands.ts'
import { keptData } from '../../db/privacy/kept/kept-data.ts'
import { platformData } from '../../db/privacy/kept/kept-platform-data.ts'
import { rules } from '../../db/privacy/retention.ts'
import { issuerModules } from '../../platforms/index.ts'
import { createTestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'

test('promise S6: `operate processing-record` prints every kind of data with purpose and retention time, each recipient, and an agreement', async () => {
  const config = testConfig({
    ...operatorEnv,
    MAIL_PROVIDER: 'Example Mail GmbH, Germany',
    BACKUP_DAYS: '14',
  })
  const { sql } = await createTestApp({ config })
  const found = findCommand(['processing-record'])!
  const { words = '' } = await found.command.run({ sql, config, now: Date.now }, found.args)
  for (const { what, why } of keptData) expect(words).toContain(`| ${what} | ${why} | `)
  for (const { why, columns } of platformData) {
    expect(words).toContain(why)
    expect(words).toContain(columns.join(', '))
  }
  for (const { scopes } of issuerModules.map(({ policy }) => policy))
    for (const { name, purpose } of scopes) expect(words).toContain(`- \`${name}\`: ${purpose}`)
  for (const { what, keep, after, promise } of rules)
    if (!/^R\d/.test(promise ?? '')) expect(words).toContain(`| ${what} | ${keep} after ${after} |`)
  for (const value of [
    operatorEnv.OPERATOR_NAME,
    operatorEnv.OPERATOR_ADDRESS,
    operatorEnv.HOSTING_PROVIDER,
    'Example Mail GmbH, Germany',
  ])
    expect(words).toContain(value)
  expect(words).toContain('# Data processing agreement')
  expect(words).toContain('14 days')
})
