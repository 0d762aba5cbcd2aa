import { firstOperatorLink } from '../../db/people/first-operator.ts'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { createPerson, type Person } from '../../local/people/person.ts'
import { acceptInvitation, channelsIn, makeWorkspace, upload } from '../../local/people/story.ts'
import { connectMeta, connectTiktok } from '../support/connect.ts'
import { type House, post } from './house.ts'
import { tiktokAccounts } from './tiktok-accounts.ts'

/** A person with a workspace, connected accounts and files. */
export type Residents = {
  admin: Person
  slug: string
  /** The channel id of the account whose label in the composer ends with these words. */
  channel(words: string): string
  media: Record<'landscape' | 'square' | 'tall' | 'clip', string>
  /** A unique picture, because a story has no text to identify it. */
  ownPicture(number: number): Promise<string>
}

const slug = 'northside'

/** Sets up everything through the pages, as a person does. */
export const moveIn = async (house: House): Promise<Residents> => {
  const admin = createPerson(house.url)
  await acceptInvitation(
    admin,
    (await firstOperatorLink(house.sql, house.url)) ?? '',
    'Ada',
    'ada@example.com',
  )
  await makeWorkspace(admin, 'Northside')
  await connectMeta(admin, slug)
  await connectMeta(admin, slug, 'Ben Southside')
  for (const [index, username] of tiktokAccounts.entries()) {
    if (index > 0) await post(`${house.controlUrl}/accounts/tiktok`, { username })
    await connectTiktok(admin, slug, username)
  }
  const channels = channelsIn(await admin.open(`/w/${slug}/posts/new`))
  return {
    admin,
    slug,
    channel: (words) => {
      const found = channels.find(({ label }) => label.endsWith(words))
      if (!found)
        throw new Error(
          `no account "${words}" among ${channels.map(({ label }) => label).join(', ')}`,
        )
      return found.id
    },
    media: {
      landscape: await upload(
        admin,
        slug,
        'landscape.jpg',
        await makeJpeg({ width: 1200, height: 800 }),
      ),
      square: await upload(
        admin,
        slug,
        'square.jpg',
        await makeJpeg({ width: 1080, height: 1080, color: '#a33' }),
      ),
      tall: await upload(
        admin,
        slug,
        'tall.jpg',
        await makeJpeg({ width: 1080, height: 1920, color: '#3a3' }),
      ),
      clip: await upload(
        admin,
        slug,
        'clip.mp4',
        await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
      ),
    },
    ownPicture: async (number) => {
      const color = `#${(number * 2_654_435 + 0x101010).toString(16).slice(-6).padStart(6, '3')}`
      return upload(
        admin,
        slug,
        `own-${number}.jpg`,
        await makeJpeg({ width: 1080, height: 1920, color }),
      )
    },
  }
}
