import { makeJpeg } from '../../../local/media/media-files.ts'
import { createPerson, type Person } from '../../../local/people/person.ts'
import {
  acceptInvitation,
  channelNamed,
  channelsIn,
  invite,
  upload,
} from '../../../local/people/story.ts'
import { connectMeta, connectTiktok } from '../../support/connect.ts'
import type { Installed } from '../../support/installed.ts'

/**
 * A person with their own workspace and accounts on every platform, who also works in the shared
 * workspace.
 */
export type Owner = {
  name: string
  email: string
  person: Person
  userId: string
  workspaceId: string
  slug: string
  facebook: string
  instagram: string
  tiktok: string
  pageId: string
  picture: string
  second: string
}

const picture = (color: string) => makeJpeg({ width: 1080, height: 1350, color })

/**
 * `name`: a word in lower case that is contained in the person's email address, accounts and texts.
 */
export const createOwner = async (house: Installed, name: string): Promise<Owner> => {
  const { admin, sql, control } = house
  const email = `${name}@people.example`
  const slug = `of-${name}`
  const person = createPerson(house.url)
  await acceptInvitation(person, await invite(admin, house.slug, 'manager'), name, email)
  await admin
    .open('/operate')
    .then((page) => page.press('Create workspace', { name: `Of ${name}`, slug, zone: 'UTC' }))
  const [user] = await sql<{ id: string }[]>`select id from users where email = ${email}`
  const [workspace] = await sql<{ id: string }[]>`select id from workspaces where slug = ${slug}`
  const userId = user!.id
  const workspaceId = workspace!.id
  await sql`update memberships set user_id = ${userId} where workspace_id = ${workspaceId}`
  const atMeta = (await control('POST', '/accounts/meta/people', { name: `At Meta ${name}` })) as {
    id: string
  }
  const page = {
    name: `Page ${name}`,
    people: [{ id: atMeta.id }],
    instagram: { username: `insta.${name}` },
  }
  const { id: pageId } = (await control('POST', '/accounts/meta/pages', page)) as { id: string }
  await control('POST', '/accounts/tiktok', { username: `tok.${name}` })
  await connectMeta(person, slug, `At Meta ${name}`)
  await connectTiktok(person, slug, `tok.${name}`)
  const channels = channelsIn(await person.open(`/w/${slug}/posts/new`))
  const channel = (words: string) => channelNamed(channels, words)
  const files = [
    await upload(person, slug, `${name}-1.jpg`, await picture('#345')),
    await upload(person, slug, `${name}-2.jpg`, await picture('#543')),
  ]
  await upload(person, house.slug, 'for-everybody.jpg', await picture('#453'))
  return {
    ...{ name, email, person, userId, workspaceId, slug, pageId },
    ...{
      facebook: channel(`Page ${name}`),
      instagram: channel(`insta.${name}`),
      tiktok: channel(`tok.${name}`),
    },
    ...{ picture: files[0]!, second: files[1]! },
  }
}
