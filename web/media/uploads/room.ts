import { MediaRefused } from '../../../media/refusal.ts'
import type { WebDeps } from '../../http/env.ts'
import { fileEmpty, fileTooLarge } from '../intake.ts'
import { requireSpace } from '../space.ts'
import { listUnfinished, removeUpload, uploadFolder } from './records.ts'

/** How many uploads a person may have begun and not finished. */
export const unfinishedMax = 20
/** An upload without a new byte for this long makes way when its person begins another. */
export const restingMs = 3_600_000

type Deps = Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>

/**
 * Refuses a new upload of `size` bytes that is too large, for which there is no space, or one too
 * many. Bytes of unfinished uploads count for the workspace's quota, and what active ones still
 * expect counts for the disk. Throws MediaRefused.
 */
export const makeRoom = async (
  deps: Deps,
  owner: { workspaceId: string; userId: string },
  size: number,
): Promise<void> => {
  const { maxUploadBytes } = deps.config.media
  if (size === 0) throw fileEmpty()
  if (size > maxUploadBytes) throw fileTooLarge(maxUploadBytes)
  const folder = await uploadFolder(deps.mediaStore)
  const unfinished = await listUnfinished(folder)
  const isResting = ({ touchedMs }: { touchedMs: number }) => Date.now() - touchedMs > restingMs
  const mine = unfinished.filter(({ record }) => record.userId === owner.userId)
  if (mine.length >= unfinishedMax) {
    const [oldest] = mine.filter(isResting).sort((a, b) => a.touchedMs - b.touchedMs)
    if (!oldest) throw tooMany()
    await removeUpload(folder, oldest.record.id)
  }
  const expected = unfinished
    .filter((one) => !isResting(one))
    .reduce((sum, { record, received }) => sum + record.size - received, 0)
  const ofWorkspace = unfinished.filter(({ record }) => record.workspaceId === owner.workspaceId)
  const arrived = ofWorkspace.reduce((sum, { received }) => sum + received, 0)
  await requireSpace(deps, owner.workspaceId, { disk: size + expected, quota: size + arrived })
}

const tooMany = () =>
  new MediaRefused(
    'busy',
    `You have ${unfinishedMax} unfinished uploads. Wait until one is done, or cancel one.`,
  )
