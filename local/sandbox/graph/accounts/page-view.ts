import type { PersonCaller } from '../calls/caller.ts'
import { type MarkedView, view } from '../calls/view.ts'
import { followersAt } from '../insights/audience.ts'
import { pageTokenFor } from '../login/tokens.ts'
import type { Meta } from '../meta.ts'
import type { Page, Person } from '../state.ts'
import { instagramView } from './instagram-view.ts'

/** A person, as in the response to /me. */
export const personView = (meta: Meta, person: Person): MarkedView =>
  view({
    type: 'User',
    id: person.id,
    defaults: ['name'],
    fields: { name: () => person.name, picture: () => picture(meta, person.id) },
  })

/** A Page, as shown to its people. */
export const pageView = (meta: Meta, page: Page, caller: PersonCaller): MarkedView =>
  view({
    type: 'Page',
    id: page.id,
    defaults: ['name'],
    fields: {
      name: () => page.name,
      username: () => page.username ?? undefined,
      category: () => page.category,
      link: () => `${meta.world.baseUrl('/facebook')}/${page.id}`,
      access_token: () =>
        caller.kind === 'page' ? caller.token.token : pageTokenFor(meta, caller.token, page.id),
      tasks: () => page.roles[caller.person.id],
      picture: () => picture(meta, page.id),
      followers_count: () => followersAt(page, meta.world.clock.now()),
      fan_count: () => followersAt(page, meta.world.clock.now()),
      location: () => page.location ?? undefined,
      instagram_business_account: () => linkedInstagram(meta, page, caller),
    },
  })

function linkedInstagram(meta: Meta, page: Page, { grant }: PersonCaller): MarkedView | undefined {
  const account = page.instagramId ? meta.state.instagram[page.instagramId] : undefined
  return account && grant.instagramIds.includes(account.id)
    ? instagramView(meta, account)
    : undefined
}

const picture = (meta: Meta, id: string) => ({
  data: { url: `${meta.world.baseUrl('/facebook')}/avatar/${id}.png`, width: 100, height: 100 },
})
