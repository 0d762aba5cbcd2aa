import { HTTPException } from 'hono/http-exception'
import { tx } from '../../../db/postgres/connect.ts'
import { replacePostLabels } from '../../../db/posts/labels/labels.ts'
import { lockPost } from '../../../db/posts/post-locks.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type WebDeps } from '../../http/env.ts'
import { idParam, isId } from '../../http/ids.ts'
import { requireMember } from '../../http/session.ts'
import { actsOn } from '../post-page.ts'
import { readVersion } from '../seen.ts'
import { labelsOfPostMax } from './label.ts'

/** The labels of a post that can't be edited any more. Others have theirs in the composer. */
export const postLabelRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .post('/w/:workspace/posts/:post/labels/change', requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') }
      const labels = (await formList(c, 'label')).filter(isId).slice(0, labelsOfPostMax)
      const at = `/w/${c.var.workspace.slug}/posts/${ref.postId}`
      const seen = readVersion((await formFields(c)).version)
      const done = await tx(deps.sql, async (t) => {
        const post = await lockPost(t, ref)
        if (!post) throw new HTTPException(404)
        if (actsOn(post, await listTargets(t, ref)).edit) return 'edit'
        if (seen !== null && seen !== post.version) return 'changed'
        await replacePostLabels(t, ref, labels)
        return 'saved'
      })
      if (done === 'edit') return seeOther(c, `${at}/edit`)
      return seeOther(c, at, done === 'saved' ? 'labels-saved' : 'labels-changed')
    })
