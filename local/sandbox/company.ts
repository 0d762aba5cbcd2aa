import type { Pace } from './pace.ts'
import type { Platform } from './platform.ts'
import type { CoreSettings } from './settings.ts'
import type { World } from './world.ts'

/** A simulated company, and what someone who registers an app there needs to know. */
export type Company = {
  name: string
  /** Real hosts, and the path prefixes that stand for them. */
  hosts: Record<string, `/${string}`>
  /** The variables of a new app: its id and its secret, as the company forms them. */
  newApp(): Record<string, string>
  /** Whether the company has reviewed the app that the sandbox's environment describes. */
  isReviewed(env: NodeJS.ProcessEnv): boolean
  /** Addresses in the app's dashboard that it calls, and their settings on the control port. */
  callbacks: Record<string, string>
  /** Other variables of the sandbox that a tester may set. */
  variables: string[]
  /** Its limits and switches, for the flat record that the control port changes. */
  settings(pace: Pace): object
  /** `world.settings` has its settings, and `env` describes the tester's app. */
  start(world: World, env: NodeJS.ProcessEnv): Promise<Platform>
}

/** `start` gets the settings with the company's own, whose type nobody else knows. */
export const defineCompany = <Own extends object>(
  parts: Omit<Company, 'settings' | 'start'> & {
    settings(pace: Pace): Own
    start(world: World, settings: CoreSettings & Own, env: NodeJS.ProcessEnv): Promise<Platform>
  },
): Company => ({
  ...parts,
  start: (world, env) => parts.start(world, world.settings as CoreSettings & Own, env),
})

/** The parts of a comma-separated environment variable. Empty if it is not set. */
export const listIn = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
