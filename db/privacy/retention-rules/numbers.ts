import { agedViewsBegan } from '../../insights/snapshots.ts'
import { terms } from '../terms.ts'
import { indexed, type Rule, row, utc } from './rule.ts'

/** The numbers of posts and accounts, and notes on them. */
export const numberRules: Rule[] = [
  // promise: R3
  {
    ...indexed(
      'taken_at',
      row(
        'snapshots',
        'Analytics snapshots',
        terms.numbers,
        'they were taken',
        'taken_at',
        'snapshot',
        'R3',
      ),
    ),
    goes: 'month',
  },
  {
    ...row(
      'measured_targets',
      'Views after a day and a week',
      terms.numbers,
      'they were taken',
      agedViewsBegan,
      'post',
      'R3',
    ),
    name: 'aged_views',
    goes: 'ages',
    index: {
      at: utc('published_at'),
      where: '(views_at_day is not null or views_at_week is not null)',
    },
  },
  indexed(
    'taken_at',
    row(
      'measured_targets',
      'The newest numbers of a post',
      terms.numbers,
      'they were taken',
      'taken_at',
      'post',
      'R3',
    ),
  ),
  indexed(
    'published_at',
    row(
      'elsewhere_posts',
      'Posts not made here',
      terms.numbers,
      'they were published',
      'published_at',
      'post',
      'R3',
    ),
  ),
  indexed(
    'taken_at',
    row(
      'account_snapshots',
      'Snapshots of whole accounts',
      terms.numbers,
      'they were taken',
      'taken_at',
      'snapshot',
      'R3',
    ),
  ),
  {
    ...row(
      'channel_days',
      'Sums of a day',
      terms.numbers,
      'the day',
      'day::timestamptz',
      'day',
      'R3',
    ),
    index: { at: 'day::timestamp' },
  },
  {
    ...row(
      'format_days',
      'Sums of a day by format',
      terms.numbers,
      'the day',
      'day::timestamptz',
      'day',
      'R3',
    ),
    index: { at: 'day::timestamp' },
  },
  {
    ...row(
      'annotations',
      'Notes on days in Insights',
      terms.numbers,
      'the day',
      'day::timestamptz',
      'note',
    ),
    index: { at: 'day::timestamp' },
  },
]
