import type { ListedEvent } from '../db/events.ts'

type Told = Pick<ListedEvent, 'name' | 'subjectName' | 'facts'>

/** What happened, as the rest of a sentence that begins with who did it: "made an invitation for an admin". */
export const eventWords = (event: Told): string => {
  const words = sentences[event.name]
  if (words) return words(event)
  const [noun = '', verb = ''] = event.name.split('.')
  return `${noun.replaceAll('_', ' ')}: ${verb.replaceAll('_', ' ')}`
}

const whom = (event: Told): string => event.subjectName ?? 'somebody who is no longer a member'
const text = (event: Told, fact: string): string => String(event.facts[fact] ?? '')
const aRole = (role: string): string => (role === 'admin' ? 'an admin' : 'a manager')

const sentences: Record<string, (event: Told) => string> = {
  'workspace.made': () => 'made the workspace',
  'workspace.changed': (event) =>
    `changed the settings of the workspace: ${text(event, 'zone')}, late limit ${text(event, 'missedAfterHours')} h`,
  'invitation.made': (event) => `made an invitation for ${aRole(text(event, 'role'))}`,
  'invitation.revoked': () => 'revoked an invitation',
  'member.joined': (event) => `joined as ${aRole(text(event, 'role'))}`,
  'member.role_changed': (event) => `made ${whom(event)} ${aRole(text(event, 'to'))}`,
  'member.removed': (event) => `removed ${whom(event)} from the workspace`,
  'media.uploaded': (event) => `uploaded ${text(event, 'kind') === 'video' ? 'a video' : 'a picture'}`,
  'media.deleted': () => 'deleted a file',
  'channel.connected': () => 'connected an account',
  'channel.reconnected': () => 'reconnected an account',
  'channel.disconnected': () => 'disconnected an account',
  'post.drafted': () => 'saved a draft',
  'post.edited': () => 'edited a post',
  'post.scheduled': () => 'scheduled a post',
  'post.rescheduled': () => 'moved a post to another time',
  'post.canceled': () => 'canceled a post',
  'post.deleted': () => 'deleted a post',
}
