import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/index.ts'
import { createPlatforms } from '../platforms/index.ts'
import { simulationOf } from './simulation.ts'

/**
 * Registers our callback URLs with the sandbox, as a developer does in the platforms' dashboards.
 * Waits up to 20 s for the sandbox to answer. Returns an error message, or undefined.
 */
export async function registerCallbacks(
  controlUrl: string,
  config: Config,
): Promise<string | undefined> {
  const body = JSON.stringify(callbackSettings(config))
  const request = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body }
  let why = ''
  for (const giveUpAt = Date.now() + 20_000; Date.now() < giveUpAt; await sleep(200)) {
    try {
      const answer = await fetch(`${controlUrl}settings`, {
        ...request,
        signal: AbortSignal.timeout(5_000),
      })
      if (answer.ok) return undefined
      return `The sandbox rejected the addresses of our callbacks: ${answer.status} ${await answer.text()}`
    } catch (error) {
      why = (error as Error).message // not listening yet
    }
  }
  return `The sandbox did not answer within 20 seconds (${why}).`
}

/** The sandbox's settings that hold the addresses of our callbacks, by the names in the dashboards. */
export function callbackSettings(config: Config): Record<string, string> {
  const addresses = [...createPlatforms(config).issuers.values()].flatMap(({ name, callbacks }) =>
    callbacks.map(({ path, use }): [string, string] => {
      const setting = simulationOf(name).callbacks[use]
      if (!setting) throw new Error(`The sandbox's ${name} has no address "${use}".`)
      return [setting, `${config.publicUrl}/callbacks/${name}${path}`]
    }),
  )
  return Object.fromEntries(addresses)
}
