import type { ListedEvent } from '../../db/notifications/activity.ts'

type AuditEvent = Pick<ListedEvent, 'name' | 'subjectName' | 'facts'>
/** The label of a platform, and how to format a time in the workspace's zone. */
export type Saying = { label: (platform: string) => string; when: (date: Date) => string }

/** Describes an event, to follow the name of who did it: "made an invitation for an admin". */
export const eventWords = (event: AuditEvent, saying: Saying): string => {
  const words = sentences[event.name]
  if (words) return words(event, saying)
  const [noun = '', verb = ''] = event.name.split('.')
  return `${noun.replaceAll('_', ' ')}: ${verb.replaceAll('_', ' ')}`
}

export const isInWords = (name: string): boolean => Object.hasOwn(sentences, name)

const whom = (event: AuditEvent): string => event.subjectName ?? 'a former member'
const text = (event: AuditEvent, fact: string): string => String(event.facts[fact] ?? '')
const aRole = (role: string): string => (role === 'admin' ? 'an admin' : 'a manager')
const on = (event: AuditEvent, saying: Saying): string =>
  event.facts.platform ? ` on ${saying.label(text(event, 'platform'))}` : ''
const due = (event: AuditEvent, saying: Saying): string => {
  const at = new Date(text(event, 'due_at'))
  return Number.isNaN(at.getTime()) ? '' : ` for ${saying.when(at)}`
}
const at = (event: AuditEvent, fact: string, saying: Saying): string => {
  const moment = new Date(text(event, fact))
  return Number.isNaN(moment.getTime()) ? '' : `: ${saying.when(moment)}`
}
const countOf = (event: AuditEvent, fact: string): string =>
  event.facts[fact] === 1 ? '1 post' : `${text(event, fact)} posts`
const outcomes: Record<string, string> = {
  revoked: 'revoked at the platform',
  kept: 'kept for other accounts',
  unusable: 'found unusable',
  given_up: 'couldn’t reach the platform to revoke',
}

const sentences: Record<string, (event: AuditEvent, saying: Saying) => string> = {
  'workspace.made': () => 'created the workspace',
  'workspace.changed': (event) =>
    `changed the workspace settings: ${text(event, 'zone')}, late limit ${text(event, 'missedAfterHours')} h`,
  'workspace.link_tags': () => 'changed the campaign tags for new posts',
  'workspace.second_factor_required': () => 'required two-step sign-in for everyone',
  'workspace.second_factor_optional': () => 'made two-step sign-in optional',
  'member.second_factor_reset': (event) => `reset two-step sign-in for ${whom(event)}`,
  'workspace.paused': () => 'paused publishing',
  'workspace.resumed': () => 'resumed publishing',
  'installation.paused': () => 'paused publishing for the whole installation',
  'installation.resumed': () => 'resumed publishing for the whole installation',
  'feed.made': () => 'created a link for calendar programs or feed readers',
  'feed.deleted': () => 'deleted a link for calendar programs or feed readers',
  'invitation.made': (event) => `created an invitation for ${aRole(text(event, 'role'))}`,
  'invitation.revoked': () => 'revoked an invitation',
  'invitation.restored': () => 'restored an invitation',
  'member.joined': (event) => `joined as ${aRole(text(event, 'role'))}`,
  'member.role_changed': (event) => `made ${whom(event)} ${aRole(text(event, 'to'))}`,
  'member.removed': (event) => `removed ${whom(event)} from the workspace`,
  'member.erased': () => 'deleted their account and left the workspace',
  'member.deactivated': (event) => `deactivated the account of ${whom(event)}`,
  'member.reactivated': (event) => `reactivated the account of ${whom(event)}`,
  'account.deactivated': () => 'deactivated their account',
  'account.reactivated': () => 'reactivated their account',
  'media.uploaded': (event) =>
    `uploaded ${text(event, 'kind') === 'video' ? 'a video' : 'a photo'}`,
  'media.deleted': () => 'deleted a file',
  'annotation.added': () => 'added a note to Insights',
  'annotation.changed': () => 'changed a note in Insights',
  'annotation.removed': () => 'deleted a note from Insights',
  'report.made': () => 'made a report',
  'report.changed': () => 'changed a report',
  'report.removed': () => 'deleted a report',
  'report.link_made': () => 'created a link to a report for clients',
  'report.link_deleted': () => 'deleted a link to a report',
  'report.emails_on': () => 'turned on emails of a report',
  'report.emails_off': () => 'turned off emails of a report',
  'report.reader_asked': () => 'asked an address to confirm emails of a report',
  'report.reader_confirmed': () => 'added an address to a report, because its reader confirmed it',
  'report.reader_removed': () => 'removed an address from a report',
  'report.reader_left': () => 'removed an address from a report, because its reader unsubscribed',
  'report.sent': (event) =>
    event.facts.count === 1
      ? 'sent a report to one address'
      : `sent a report to ${text(event, 'count')} addresses`,
  'api_key.made': (event) => `created an API key: ${text(event, 'scopes')}`,
  'api_key.ended': () => 'ended an API key',
  'webhook.added': () => 'added a webhook',
  'webhook.removed': () => 'deleted a webhook',
  'webhook.changed': () => 'changed the events of a webhook',
  'webhook.rotated': () => 'changed the signing secret of a webhook',
  'webhook.turned_on': () => 'turned on a webhook',
  'webhook.turned_off': () => 'turned off a webhook',
  'app.connected': (event) => `connected an app: ${text(event, 'scopes')}`,
  'app.ended': () => 'disconnected an app',
  'app.cut_off': () =>
    'disconnected an app, because the password or two-step sign-in of its person changed',
  'app.stopped': () => 'disconnected an app, because a token of it was used twice',
  'series.extended': (event, saying) => `made a post that repeats${due(event, saying)}`,
  'series.changed': (event, saying) => `changed a following post${due(event, saying)}`,
  'series.moved': (event, saying) => `moved a post and those that follow${due(event, saying)}`,
  'series.canceled': () => 'canceled a post that repeats',
  'series.stopped': () => 'stopped posts that repeat',
  'slot.added': (event) =>
    event.facts.count === 1 ? 'added a slot' : `added ${text(event, 'count')} slots`,
  'label.added': () => 'added a label',
  'label.changed': () => 'changed a label',
  'label.merged': () => 'merged two labels',
  'label.removed': () => 'deleted a label',
  'caption.added': () => 'saved a caption',
  'caption.changed': () => 'changed a saved caption',
  'caption.removed': () => 'deleted a saved caption',
  'slot.removed': () => 'removed a slot',
  'channel.connected': (event, saying) =>
    `${event.facts.isNew === false ? 'reconnected' : 'connected'} an account${on(event, saying)}`,
  'channel.lost': (event, saying) =>
    `found that an account can no longer be used${on(event, saying)}`,
  'channel.disconnected': (event, saying) => `disconnected an account${on(event, saying)}`,
  'channel.deletion_requested': (event, saying) => `asked to delete an account${on(event, saying)}`,
  'channel.deleted': () => 'deleted an account and everything stored about it',
  'channel.history_erased': (event, saying) =>
    `deleted the history of an account${on(event, saying)}`,
  'channel.attention_dismissed': (event, saying) =>
    `dismissed the alert that an account needs to be reconnected${on(event, saying)}`,
  'channel.attention_restored': (event, saying) =>
    `restored the alert that an account needs to be reconnected${on(event, saying)}`,
  'deletion.dismissed': () => 'dismissed the alert that a post wasn’t deleted at its platform',
  'deletion.restored': () => 'restored the alert that a post wasn’t deleted at its platform',
  'grant.ending_dismissed': () => 'dismissed the alert that a connection expires soon',
  'grant.ending_restored': () => 'restored the alert that a connection expires soon',
  'grant.asked': () => 'asked the admins to reconnect an account',
  'grant.ending': (event, saying) =>
    `warned that a connection expires soon${at(event, 'endsAt', saying)}`,
  'grant.removed': () => 'noticed that a connection was removed at the platform',
  'grant.revoked': (event, saying) =>
    `${outcomes[text(event, 'outcome')] ?? 'ended'} the authorization${on(event, saying)}`,
  'grant.erased': (event, saying) =>
    `deleted the data ${on(event, saying).trim().replace(/^on /, 'from ') || 'from a platform'}, ${event.facts.why === 'asked' ? 'because the person asked for it there' : 'because CrateSocial was removed there'}`,
  'grant.refused': () => 'found that a connection stopped working and needs to be reconnected',
  'post.drafted': () => 'saved a draft',
  'post.discarded': () => 'deleted a draft',
  'posts.imported': (event) => `imported ${countOf(event, 'posts')}`,
  'posts.import_undone': (event) => `undid an import of ${countOf(event, 'posts')}`,
  'post.duplicated': () => 'duplicated a post as a new draft',
  'post.edited': () => 'edited a post',
  'post.scheduled': (event, saying) => `scheduled a post${due(event, saying)}`,
  'post.moved': (event, saying) => `moved a post${due(event, saying)}`,
  'review.settings': () => 'changed who approves posts',
  'review.asked': () => 'asked for approval of a post',
  'review.approved': () => 'approved a post',
  'review.team_approved': () => 'approved a post for the team',
  'review.changes': () => 'requested changes to a post',
  'review.revoked': () => 'took back the approval of a post',
  'review.withdrawn': () => 'withdrew a post from review',
  'review.dismissed': () => 'dismissed a post that is on hold',
  'review.escalated': () => 'told the admins that nobody has approved a post',
  'review_link.made': () => 'created a review link for a client',
  'review_link.revoked': () => 'revoked a review link',
  'review_link.opened': () => 'opened a review link',
  'review.held': (event, saying) => `put a post on hold: not approved in time${due(event, saying)}`,
  'post.canceled': () => 'canceled a post',
  'post.moved_undone': (event, saying) => `moved a post back${due(event, saying)}`,
  'post.canceled_undone': () => 'scheduled a canceled post again',
  'post.discarded_undone': () => 'restored a deleted draft',
  'target.left_undone': () => 'restored a dismissed post',
  'target.published': (event, saying) => `published a post${on(event, saying)}`,
  'target.failed': (event, saying) => `had a post rejected${on(event, saying)}`,
  'target.unconfirmed': (event, saying) =>
    `couldn’t confirm that a post was published${on(event, saying)}`,
  'target.missed': (event, saying) =>
    `marked a post as missed${on(event, saying)}: nothing was sent`,
  'target.canceled': (event, saying) => `canceled a post${on(event, saying)}`,
  'target.retried': () => 'published a rejected or missed post again',
  'target.bound': () => 'confirmed that an unconfirmed post was published',
  'target.sent_again': () =>
    'confirmed that an unconfirmed post was not published, and published it again',
  'comment.published': (event, saying) => `added the first comment to a post${on(event, saying)}`,
  'comment.failed': (event, saying) =>
    `couldn’t add the first comment to a post${on(event, saying)}`,
  'comment.unconfirmed': (event, saying) =>
    `couldn’t confirm the first comment on a post${on(event, saying)}`,
  'comment.sent_again': () => 'asked to add a first comment again',
  'comment.bound': () => 'confirmed that a first comment is there',
  'comment.left': () => 'dismissed a first comment',
  'discussion.added': () => 'commented on a post',
  'discussion.replied': () => 'replied to a comment on a post',
  'discussion.resolved': () => 'resolved a comment on a post',
  'discussion.reopened': () => 'reopened a comment on a post',
  'discussion.deleted': () => 'deleted a comment on a post',
  'deletion.asked': () => 'asked to delete a published post at its platform',
  'deletion.deleted': (event, saying) => `deleted a published post${on(event, saying)}`,
  'deletion.failed': (event, saying) => `couldn’t delete a published post${on(event, saying)}`,
  'deletion.unconfirmed': (event, saying) =>
    `couldn’t confirm that a published post was deleted${on(event, saying)}`,
  'target.left': () => 'dismissed an unconfirmed post',
}
