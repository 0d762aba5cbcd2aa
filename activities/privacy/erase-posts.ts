import { Context } from '@temporalio/activity'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { countDeleted } from '../../db/privacy/deletion-items.ts'
import type { OpenRequest } from '../../db/privacy/deletion-requests.ts'
import { countOnStep } from '../../db/privacy/deletion-steps.ts'
import { deletePosts, listDoomedPosts } from '../../db/privacy/erasure.ts'
import { deleteHistories, type HistoryDeps } from '../../temporal/histories.ts'
import { reviewWorkflowId, targetWorkflowId } from '../../workflows/names.ts'

const batch = 100

/** Deletes doomed posts with their histories, in batches. */
export const erasePosts = async (
  deps: HistoryDeps & { sql: Sql },
  request: OpenRequest,
): Promise<void> => {
  for (let left = true; left; ) {
    const posts = await listDoomedPosts(deps.sql, request, batch)
    const histories = posts.flatMap(({ id, targetIds }) => [
      reviewWorkflowId(id),
      ...targetIds.map((targetId) => targetWorkflowId(targetId)),
    ])
    await deleteHistories(deps, histories)
    await tx(deps.sql, async (t) => {
      await deletePosts(
        t,
        posts.map((post) => post.id),
      )
      await countOnStep(t, request.id, 'content', posts.length)
      await countDeleted(t, request.id, 'posts', posts.length)
    })
    // Again: one of them may have been started while its row still existed.
    await deleteHistories(deps, histories)
    Context.current().heartbeat()
    left = posts.length === batch
  }
}
