import { buffer } from 'node:stream/consumers'
import { type ReportRef, setReportLogo } from '../../db/reports/reports.ts'
import { makeLogo } from '../../media/image.ts'
import { inTurn } from '../../media/queue.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { AnyContext, WebDeps } from '../http/env.ts'
import { takeForm } from '../media/form.ts'
import { takeIn } from '../media/intake.ts'

/** A logo is decoded in memory. */
const logoMaxBytes = 8 * 2 ** 20

/**
 * Takes the picture of a form the way of every upload, so that it is in the media library too, and
 * keeps a small copy of it with the report. Returns what is wrong with it, or null.
 */
export const takeLogo = async (
  c: AnyContext,
  deps: WebDeps,
  ref: ReportRef & { userId: string },
): Promise<string | null> => {
  try {
    const { taken, refused } = await takeForm(c, (fileName, stream, formKey) =>
      takeIn(deps, { ...ref, fileName, stream, declaredBytes: null, formKey }),
    )
    const [media] = taken
    if (!media) return refused[0]?.words ?? 'Choose a file first.'
    if (media.kind !== 'image' || media.conversion) return 'A logo must be a picture.'
    if (media.sizeBytes > logoMaxBytes) return 'This picture is too large for a logo.'
    const file = await buffer(deps.mediaStore.open(media.storeKey))
    const png = await inTurn(ref.workspaceId, () => makeLogo(file))
    await setReportLogo(deps.sql, ref, png)
    return null
  } catch (error) {
    if (error instanceof MediaRefused) return error.message
    throw error
  }
}
