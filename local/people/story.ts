import type { Fields, Page, Person } from './person.ts'

/**
 * The steps of the main task, for a person without JavaScript. Used by tests, benchmarks and the
 * demo.
 */

export const password = 'a long enough passphrase'

export const acceptInvitation = (
  person: Person,
  link: string,
  name: string,
  email: string,
  phrase = password,
): Promise<Page> =>
  person
    .open(link)
    .then((page) => page.press('Accept invitation', { name, email, password: phrase }))

export const makeWorkspace = (
  person: Person,
  name: string,
  zone = 'Europe/Zurich',
): Promise<Page> =>
  person.open('/operate').then((page) => page.press('Create workspace', { name, slug: '', zone }))

/** Creates an invitation and returns the link, which the People page shows once. */
export const invite = async (
  admin: Person,
  slug: string,
  role: 'manager' | 'admin',
): Promise<string> => {
  const people = await admin.open(`/w/${slug}/people`)
  const asked = await people.press('Create invitation link', { role })
  // Ten minutes after the password was entered, the page asks for it again.
  const made = asked.text.includes('Confirm it’s you')
    ? await asked.press('Continue', { confirm_password: password })
    : asked
  const link = made.document.querySelector('#made-link')?.getAttribute('value')
  if (!link) throw new Error(`no invitation link on ${made.url}: ${made.text.slice(0, 300)}`)
  return link
}

/** Goes through an issuer's consent page as that person or account, and connects all offered accounts. */
export const connectAccounts = async (
  admin: Person,
  slug: string,
  issuer: string,
  who: string,
): Promise<Page> => {
  const accounts = await admin.open(`/w/${slug}/connect/${issuer}`)
  const consent = await accounts.press(who).catch(() => accounts.press(`@${who}`))
  const choose = await consent.press('Continue')
  return choose.press('Connect')
}

/** Uploads like `upload.js`: only the bytes. Returns the id of the file. */
export const upload = async (
  person: Person,
  slug: string,
  name: string,
  bytes: Uint8Array,
): Promise<string> => {
  const response = await person.request(`/w/${slug}/media/${name}`, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { accept: 'application/json' },
  })
  const text = await response.text()
  const id = text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/)?.[0]
  if (!response.ok || !id)
    throw new Error(`the upload was answered with ${response.status}: ${text.slice(0, 300)}`)
  return id
}

/** Channel ids and labels from the composer's form. */
export const channelsIn = (composer: Page): { id: string; label: string }[] =>
  [...composer.document.querySelectorAll('input[name=channel]')].map((input) => ({
    id: input.getAttribute('value') ?? '',
    label: (input.closest('label')?.textContent ?? '').replace(/\s+/g, ' ').trim(),
  }))

/** The id of the account whose label in the composer ends with these words. */
export const channelNamed = (channels: ReturnType<typeof channelsIn>, words: string): string => {
  const found = channels.find(({ label }) => label.endsWith(words))
  if (!found)
    throw new Error(`no account "${words}" among ${channels.map(({ label }) => label).join(', ')}`)
  return found.id
}

/** Fills in the composer and presses one of its buttons. */
export const compose = async (
  person: Person,
  slug: string,
  fields: Fields,
  act: string,
): Promise<Page> => {
  const composer = await person.open(`/w/${slug}/posts/new`)
  return composer.press(act, fields)
}
