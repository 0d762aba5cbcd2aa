import type { Person } from '../people/person.ts'
import { createPerson } from '../people/person.ts'
import { acceptInvitation, connectAccounts, invite, makeWorkspace } from '../people/story.ts'
import { cellar, type DemoWorkspace, demoPassword, operator, workspaces, zone } from './cast.ts'

/** Everyone in the demo, signed in, by email address. */
export type Cast = Map<string, Person>

/**
 * Signs up the operator and the workspaces' members with invitation links, and connects their
 * accounts, as real people do.
 */
export const bringIn = async (url: string, invitation: string): Promise<Cast> => {
  const cast: Cast = new Map()
  const ada = createPerson(url)
  cast.set(operator.email, ada)
  await acceptInvitation(ada, invitation, operator.name, operator.email, demoPassword)
  for (const workspace of workspaces) {
    await makeWorkspace(ada, workspace.name, zone)
    await inviteMembers(url, workspace, ada, cast)
    await connectAll(workspace, ada)
  }
  return cast
}

const inviteMembers = async (
  url: string,
  workspace: DemoWorkspace,
  ada: Person,
  cast: Cast,
): Promise<void> => {
  const links: string[] = []
  for (const { role } of workspace.members) links.push(await invite(ada, workspace.slug, role))
  await Promise.all(
    workspace.members.map(async ({ name, email }, index) => {
      const person = createPerson(url)
      cast.set(email, person)
      const joined = await acceptInvitation(person, links[index]!, name, email, demoPassword)
      if (joined.status !== 200)
        throw new Error(`${email} could not join: ${joined.text.slice(0, 200)}`)
    }),
  )
}

/**
 * Connects accounts through the sandbox's consent pages. Chooses only the workspace's own accounts.
 */
const connectAll = async (workspace: DemoWorkspace, admin: Person): Promise<void> => {
  const { who, accounts } = workspace.meta
  const people = await admin.open(`/w/${workspace.slug}/connect/meta`)
  const choice = await (await people.press(who)).press('Continue')
  const offered = [...choice.document.querySelectorAll('input[name=account]')].map(
    (input) => input.getAttribute('value') ?? '',
  )
  const wanted = offered.filter((value) =>
    Object.values(accounts).some(({ id }) => value.endsWith(`:${id}`)),
  )
  await choice.press('Connect', { account: wanted })
  if (!workspace.tiktok) return
  for (const username of [workspace.tiktok.username, cellar])
    await connectAccounts(admin, workspace.slug, 'tiktok', username)
}
