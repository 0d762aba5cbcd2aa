import { randomBytes } from 'node:crypto'
import {
  completeRendition,
  failRendition,
  findWaitingRendition,
  nameRenditionFile,
  type RenditionToMake,
} from '../../db/posts/renditions.ts'
import { hashFile } from '../../media/hash-file.ts'
import { makePicture } from '../../media/image.ts'
import { readRecipe } from '../../media/recipes.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { readablePicture } from '../../media/still.ts'
import { mediaWorkflowId } from '../../workflows/names.ts'
import { type RenderingDeps, withScratch } from './scratch.ts'

/** Makes everything that posts need from a file, one after another. */
export const makeRenditions = async (deps: RenderingDeps, mediaId: string): Promise<void> => {
  for (;;) {
    const wanted = await findWaitingRendition(deps.sql, mediaId)
    if (!wanted) return
    try {
      await makeOne(deps, wanted)
    } catch (error) {
      if (!(error instanceof MediaRefused)) throw error
      await failRendition(deps.sql, wanted.id, error.message)
      deps.log.warn({ workflow: mediaWorkflowId(mediaId), reason: error.reason }, 'could not make a rendition')
    }
  }
}

/** A name is noted in the row before its file is stored, so that a purge finds the file. */
const makeOne = async (
  deps: RenderingDeps,
  { id, recipe: text, sourceKey, storeKey: before }: RenditionToMake,
): Promise<void> => {
  const recipe = readRecipe(text)
  await withScratch(deps, { key: sourceKey, makesBytes: recipe.maxBytes }, async (from, to) => {
    const made = await makePicture(await readablePicture(deps.ffmpeg, from), to, recipe)
    const storeKey = randomBytes(24).toString('base64url')
    const facts = { ...made, storeKey, contentType: 'image/jpeg', sha256: await hashFile(to), durationMs: null }
    if (!(await nameRenditionFile(deps.sql, id, { before, now: storeKey }))) return
    if (before) await deps.mediaStore.remove(before)
    await deps.mediaStore.putFile(storeKey, to)
    if (!(await completeRendition(deps.sql, id, facts))) await deps.mediaStore.remove(storeKey)
  })
}
