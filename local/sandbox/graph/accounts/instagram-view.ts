import { type MarkedView, view } from '../calls/view.ts'
import { followersAt } from '../insights/audience.ts'
import type { Meta } from '../meta.ts'
import type { InstagramAccount } from '../state.ts'

/** A professional account (fact sheet 3.7). Without `fields`, only its id is returned. */
export const instagramView = (meta: Meta, account: InstagramAccount): MarkedView =>
  view({
    type: 'IGUser',
    id: account.id,
    defaults: [],
    fields: {
      username: () => account.username,
      name: () => account.name,
      biography: () => account.biography,
      profile_picture_url: () => `${meta.world.baseUrl('/facebook')}/avatar/${account.id}.png`,
      followers_count: () => followersAt(account, meta.world.clock.now()),
      follows_count: () => account.follows,
      media_count: () =>
        Object.values(meta.state.media).filter(
          (media) => media.accountId === account.id && media.product !== 'STORY' && !media.isChild,
        ).length,
      website: () => undefined,
    },
  })
