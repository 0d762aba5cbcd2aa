import { z } from 'zod'
import { canonicalEmail } from '../../../db/people/users.ts'
import { findZone } from '../../time/zones.ts'

// Form fields about people and workspaces, with their error messages.

// The length is checked first and stops the check (`abort`), so that no pattern runs on a long
// text.

export const personName = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(100, 'Use at most 100 characters.')

/** The maximum length of an email address in SMTP. */
export const emailMaxCharacters = 254

/**
 * What browsers accept in `<input type=email>`, with a dot in the domain. Every part has a length
 * limit, so matching takes linear time.
 */
const emailPattern =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/

export const email = z
  .string()
  .trim()
  .min(1, { message: 'Enter an email address.', abort: true })
  .max(emailMaxCharacters, { message: 'This is too long for an email address.', abort: true })
  .transform(canonicalEmail)
  .pipe(
    z.string().regex(emailPattern, { message: 'Enter an email address such as name@example.com.' }),
  )

export const passkeyName = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(60, 'Use at most 60 characters.')

export const role = z.enum(['manager', 'admin'], { error: 'Choose a role.' })

export const workspaceName = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(80, 'Use at most 80 characters.')

const zoneAdvice = 'Choose a time zone from the list, or type a city.'

/** A time zone name (current or old) or a city. Becomes the current zone name. */
export const zone = z
  .string()
  .max(100, { message: zoneAdvice, abort: true })
  .transform((typed, context) => {
    const found = findZone(typed)
    if (!Array.isArray(found)) return found.name
    const names = found.map(({ name }) => name).join(', ')
    context.addIssue({
      code: 'custom',
      message: names ? `Did you mean ${names}? Choose one.` : zoneAdvice,
    })
    return z.NEVER
  })

export const unknownZone =
  'This time zone isn’t available here. Choose one nearby with the same time.'

export const theme = z.enum(['auto', 'light', 'dark'], { error: 'Choose a theme.' })

export const dateStyle = z.object({
  hours: z.enum(['12', '24']).transform((hours) => (hours === '12' ? 12 : 24)),
  dateOrder: z.enum(['mdy', 'dmy', 'ymd']),
  weekStart: z.enum(['1', '6', '7']).transform((day) => (day === '1' ? 1 : day === '6' ? 6 : 7)),
})

export const missedAfterHours = z.coerce
  .number({ error: 'Enter a number of hours.' })
  .int('Enter whole hours.')
  .min(1, 'Enter at least 1 hour.')
  .max(72, 'Enter at most 72 hours.')

/** The workspace's part of URLs: /w/<slug>. */
export const slug = z
  .string()
  .trim()
  .toLowerCase()
  .min(2, { message: 'Use at least two characters.', abort: true })
  .max(40, { message: 'Use at most 40 characters.', abort: true })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use letters a to z, digits and single hyphens.')

export type Errors = Record<string, string>

/** The first error of each field. */
export const fieldErrorsOf = (error: z.ZodError): Errors => {
  const errors: Errors = {}
  for (const issue of error.issues) errors[String(issue.path[0] ?? 'form')] ??= issue.message
  return errors
}
