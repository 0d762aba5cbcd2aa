/** What somebody who registers an app at a simulated company needs to know. */
export type Company<App> = {
  /** Real hosts, and the path prefixes that stand for them. */
  hosts: Record<string, `/${string}`>
  /** The variables of a new app: its id and its secret, as the company forms them. */
  newApp(): Record<string, string>
  /** The app as the sandbox's environment describes it. */
  appOf(env: NodeJS.ProcessEnv): App
  /** Whether the company has reviewed the app. */
  isReviewed(env: NodeJS.ProcessEnv): boolean
  /** Addresses in the app's dashboard that it calls, and their settings on the control port. */
  callbacks: Record<string, string>
  /** Other variables of the sandbox that a tester may set. */
  variables: string[]
}

/** The parts of a comma-separated environment variable. Empty if it is not set. */
export const listIn = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
