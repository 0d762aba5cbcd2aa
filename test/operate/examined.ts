import type { Finding } from '../../commands/operate/doctor/finding.ts'
import { examineInstallation } from '../../commands/operate/doctor/index.ts'
import type { Config } from '../../config/index.ts'
import { testConfig } from '../support/config.ts'
import type { ConnectingApp } from '../support/connecting-app.ts'
import { sandboxEnv } from '../support/platforms/twins.ts'

type Changes = { config?: Partial<Config>; now?: () => number; patienceMs?: number }

type Examined = {
  findings: Finding[]
  failed: boolean
  said: string
  of(name: string | RegExp): Finding
}

/** Runs the doctor in this process, for an installation with some settings changed. */
export const examinerOf = (at: () => { house: ConnectingApp; config: Config }) => {
  /** The configuration with other variables of the apps at the issuers. */
  const withApps = (env: NodeJS.ProcessEnv): Partial<Config> => ({
    issuers: testConfig({ ...sandboxEnv(at().house.sandbox.url), ...env }).issuers,
  })
  const examine = async ({
    config: changes,
    now = Date.now,
    patienceMs,
  }: Changes = {}): Promise<Examined> => {
    const answer = await examineInstallation(
      { sql: at().house.sql, config: { ...at().config, ...changes }, now },
      patienceMs,
    )
    const findings = answer.rows as unknown as Finding[]
    const of = (name: string | RegExp) => {
      const found = findings.find(({ check }) =>
        typeof name === 'string' ? check === name : name.test(check),
      )
      if (!found) throw new Error(`no finding ${name} in\n${answer.lines?.join('\n')}`)
      return found
    }
    return { findings, failed: answer.failed === true, said: JSON.stringify(answer), of }
  }
  return { withApps, examine }
}
