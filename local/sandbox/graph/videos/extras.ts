import type { GraphCall } from '../calls/call.ts'
import { requirePublishing } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import type { Meta } from '../meta.ts'
import { postIdOfVideo } from '../node-kind.ts'
import type { Video, VideoCollaborator } from '../state.ts'
import { receiveThumb } from './page-videos.ts'

// What can be added to a reel or video after the upload (fact sheet 2.5).

const dayMs = 86_400_000
const invitationsPerDay = 10

/** POST /{video-id}/thumbnails: sets a picture as the cover. */
export async function addThumbnail(call: GraphCall): Promise<object> {
  const { meta, parameters, ledgerCall } = call
  const video = requireOwnVideo(call)
  if (!video.sha256) throw refuse.missingObject(video.id, 'post')
  if (video.kind === 'story') throw new NotSimulated('a cover of a story')
  if (!parameters.flag('is_preferred'))
    throw new NotSimulated('a picture that is not to be the cover')
  const coverSha256 = await receiveThumb(call, 'source')
  if (coverSha256 === null) throw refuse.image()
  video.coverSha256 = coverSha256
  ledgerCall.facts.sha256 = coverSha256
  meta.world.ledger.updateSettings('facebook', postIdOfVideo(video) ?? '', { coverSha256 })
  return { success: true }
}

/** POST /{video-id}/collaborators: invites another Page to a published reel. */
export function inviteCollaborator(call: GraphCall): object {
  const { meta, parameters } = call
  const video = requireOwnVideo(call)
  if (video.kind !== 'reel') throw refuse.parameter('Only a reel can have collaborators.')
  if (video.publishedAtMs === null) throw refuse.missingObject(video.id, 'post')
  const pageId = parameters.text('target_id') ?? ''
  if (!meta.state.pages[pageId]) throw refuse.parameter('target_id has to be the id of a Page.')
  if (invitationsOfToday(meta, video.pageId) >= invitationsPerDay)
    throw refuse.general(341, undefined, '(#341) Feed action request limit reached')
  const id = `${video.id}${(video.collaborators ?? []).length}`
  const invited: VideoCollaborator = { id, pageId, atMs: meta.world.clock.now(), state: 'Pending' }
  video.collaborators = [...(video.collaborators ?? []), invited]
  const collaborators = video.collaborators.map((one) => one.pageId)
  meta.world.ledger.updateSettings('facebook', postIdOfVideo(video) ?? '', { collaborators })
  const link = `${meta.world.baseUrl('/facebook')}/reel/${video.id}/?invitation=${id}`
  return { success: true, collaborator_id: id, invitation_link: link }
}

function invitationsOfToday(meta: Meta, pageId: string): number {
  const since = meta.world.clock.now() - dayMs
  return Object.values(meta.state.videos)
    .filter((video) => video.pageId === pageId)
    .flatMap(({ collaborators = [] }) => collaborators)
    .filter(({ atMs }) => atMs > since).length
}

function requireOwnVideo(call: GraphCall): Video {
  const id = call.c.req.param('id') ?? ''
  const video = call.meta.state.videos[id]
  if (!video) throw refuse.missingObject(id, 'post')
  requirePublishing(call.meta, call.caller, video.pageId)
  return video
}
