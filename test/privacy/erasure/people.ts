import { makeJpeg } from '../../../local/media/media-files.ts'
import { createPerson, type Page, type Person } from '../../../local/people/person.ts'
import {
  acceptInvitation,
  channelsIn,
  compose,
  invite,
  password,
} from '../../../local/people/story.ts'
import { type Installed, untilPage } from '../../support/installed.ts'

export const channelIn = async (person: Person, slug: string, words: string): Promise<string> =>
  channelsIn(await person.open(`/w/${slug}/posts/new`)).find(({ label }) => label.includes(words))!
    .id

/** Publishes a post, and waits until its page says so. */
export const publish = async (
  person: Person,
  slug: string,
  fields: Record<string, string | string[]>,
): Promise<Page> => {
  const page = await compose(person, slug, { text: 'Out now', ...fields }, 'Publish now')
  return untilPage(
    person,
    page.url,
    (one) => /published/.test(one.document.querySelector('.target .pill')?.textContent ?? ''),
    60_000,
  )
}

/** Opens the page that deletes the account. */
export const leave = async (person: Person): Promise<Page> => {
  const page = await person.open('/account/leave')
  return page.text.includes('Connections you made')
    ? page
    : page.press('Continue', { confirm_password: password })
}

/** People who work in workspaces and then delete their accounts. */
export const peopleOf = (at: () => Installed) => {
  const join = async (
    name: string,
    role: 'admin' | 'manager' = 'manager',
  ): Promise<Person & { email: string; id: string }> => {
    const email = `${name.toLowerCase()}@people.example`
    const person = createPerson(at().url)
    await acceptInvitation(
      person,
      await invite(at().admin, 'northside', role),
      `${name} Surname`,
      email,
    )
    const [row] = await at().sql<{ id: string }[]>`select id from users where email = ${email}`
    return { ...person, email, id: row!.id }
  }
  const signIn = async (email: string): Promise<Person> => {
    const person = createPerson(at().url)
    await (await person.open('/sign-in')).press('Sign in', { email, password })
    return person
  }
  /** Creates a workspace with these members. The operator who creates it is not a member. */
  const makeWorkspace = async (
    slug: string,
    members: [string, 'admin' | 'manager'][],
  ): Promise<void> => {
    const page = await at().admin.open('/operate')
    await page.press('Create workspace', { name: `Of ${slug}`, slug, zone: 'UTC' })
    await at()
      .sql`delete from memberships where workspace_id = (select id from workspaces where slug = ${slug})`
    for (const [userId, role] of members)
      await at()
        .sql`insert into memberships (workspace_id, user_id, role) select id, ${userId}, ${role} from workspaces where slug = ${slug}`
  }
  let shade = 20
  const picture = () => {
    shade += 7
    return makeJpeg({ width: 1080, height: 1350, color: `rgb(${shade}, 90, 120)` })
  }
  return { join, signIn, makeWorkspace, picture }
}
