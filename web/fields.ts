import { z } from 'zod'
import { canonicalEmail } from '../db/users.ts'

// What the forms about people and workspaces ask for, with the words for what is wrong.

export const personName = z.string().trim().min(1, 'Write a name.').max(100, 'Use at most 100 characters.')

export const email = z
  .string()
  .transform(canonicalEmail)
  .pipe(
    z
      .string()
      .min(1, 'Write an email address.')
      .max(254, 'This is too long for an email address.')
      .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, {
        message: 'This does not look like an email address: name@example.com.',
      }),
  )

export const role = z.enum(['manager', 'admin'], { error: 'Choose a role.' })

export const workspaceName = z.string().trim().min(1, 'Write a name.').max(80, 'Use at most 80 characters.')

export const zone = z.string().refine(isZone, 'Choose a time zone from the list.')

export const theme = z.enum(['auto', 'light', 'dark'], { error: 'Choose a theme.' })

export const missedAfterHours = z.coerce
  .number({ error: 'Write a number of hours.' })
  .int('Write whole hours.')
  .min(1, 'Give at least one hour.')
  .max(72, 'Give at most 72 hours.')

/** Part of addresses: /w/<slug>. */
export const slug = z
  .string()
  .trim()
  .toLowerCase()
  .min(2, 'Use at least two characters.')
  .max(40, 'Use at most 40 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use letters a to z, digits and single hyphens.')

export type Errors = Record<string, string>

/** The first fault of each field; null when there is none. */
export const faultsOf = (error: z.ZodError): Errors => {
  const errors: Errors = {}
  for (const issue of error.issues) errors[String(issue.path[0] ?? 'form')] ??= issue.message
  return errors
}

function isZone(given: string): boolean {
  try {
    return (
      (new Intl.DateTimeFormat('en-GB', { timeZone: given }).resolvedOptions().timeZone !== '' && given.includes('/')) ||
      given === 'UTC'
    )
  } catch {
    return false // a RangeError is how Intl says that it knows no such zone
  }
}

/** For the list of a select; others that Intl knows are accepted too. */
export const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name.includes('/'))]
