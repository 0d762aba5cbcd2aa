import { terms } from '../terms.ts'
import { indexed, type Rule, row } from './rule.ts'

/** Records of what was done: attempts, activity, notifications, exports, deletions. */
export const recordRules: Rule[] = [
  indexed(
    'claimed_at',
    row(
      'attempts',
      'Records of individual attempts to publish',
      terms.records,
      'they ended',
      'coalesce(ended_at, claimed_at)',
      'record',
    ),
  ),
  indexed(
    'claimed_at',
    row(
      'comment_attempts',
      'Records of individual attempts to add a first comment',
      terms.records,
      'they ended',
      'coalesce(ended_at, claimed_at)',
      'record',
    ),
  ),
  indexed(
    'at',
    row(
      'events',
      'Entries in the activity log of a workspace',
      terms.records,
      'they were written',
      'at',
      'line',
    ),
  ),
  indexed(
    'created_at',
    row(
      'report_mails',
      'Records of emails with a report, with the links in them',
      terms.records,
      'they were written',
      'created_at',
      'record',
    ),
  ),
  row(
    'outbox',
    'Tasks that couldn’t be delivered',
    '30 days',
    'they were noted',
    'created_at',
    'note',
  ),
  indexed(
    'created_at',
    row('notices', 'Notifications', '90 days', 'they were written', 'created_at', 'notice'),
  ),
  row(
    'policy_letters',
    'Records of who was emailed about a change of this policy',
    terms.records,
    'the email',
    'mailed_at',
    'record',
    'L3',
  ),
  {
    ...row(
      'exports',
      'Exports of your data',
      '7 days',
      'you asked for them',
      'asked_at',
      'file',
      'E1',
    ),
    goes: 'export',
  },
  row(
    'deletion_mails',
    'Emails about a deletion that couldn’t be delivered, with the address, encrypted',
    '30 days',
    'the last step of the deletion',
    '(select r.finished_at from deletion_requests r where r.id = request_id)',
    'email',
    'E3',
  ),
  row(
    'deletion_requests',
    'Status pages of deletion requests',
    '90 days',
    'the last step',
    'finished_at',
    'page',
    'E4',
  ),
  indexed(
    'erased_at',
    row(
      'erased_ids',
      'Salted hashes of deleted IDs, so that a restored backup can’t bring them back',
      '13 months',
      'the deletion',
      'erased_at',
      'record',
    ),
  ),
  row('sweeps', 'Results of these checks', '13 months', 'the check', 'at', 'record'),
]
