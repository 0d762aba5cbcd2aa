import { wantedRendition } from '../../../media/recipes.ts'
import type { Composer } from '../composer.ts'

/** What has to be made of the files for the chosen accounts. Made now, so that no post waits for it. */
export const renditionsOf = ({ channels, media }: Composer) =>
  channels
    .filter((one) => one.chosen && !one.sent)
    .flatMap(({ platform, kind }) =>
      media.flatMap((item) => wantedRendition(item, platform.pictureFor?.(kind)) ?? []),
    )
