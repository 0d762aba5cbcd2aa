import { moduleOf } from './modules.ts'

/**
 * A story is everything that someone reads to follow one thing through the layers. It starts with
 * all of its `start` files and follows each declaration that is used by name, as long as it is in
 * one of the `folders`. What every story shares (config, text, logs, transactions, the page layout)
 * is not counted, and other route files are not entered. A workflow reaches its activities by their
 * types. Where no import connects two parts (the outbox, a workflow's name, the interface of a
 * platform), `start` lists both.
 */
export type Story = { name: string; start: string[]; folders: string[] }

export const stories: Story[] = [
  {
    name: 'a post, from the form to the platform and back',
    start: [
      'web/posts/routes.ts',
      'activities/outbox/relay.ts',
      'activities/outbox/handlers.ts',
      'workflows/publish-target.ts',
      'platforms/facebook/publish.ts',
    ],
    folders: [
      ...[
        'web/posts/',
        'db/posts/',
        'activities/posts/',
        'activities/outbox/',
        'temporal/start.ts',
      ],
      ...[
        'workflows/publish-target.ts',
        'workflows/publishing-steps.ts',
        'workflows/follow-row.ts',
      ],
      ...['workflows/names.ts', 'workflows/attributes.ts', 'workflows/failures.ts'],
      ...['db/notifications/outbox.ts', 'platforms/facebook/', 'platforms/graph/'],
    ],
  },
  {
    name: 'an account is connected and its token renewed',
    start: [
      'web/channels/connect-routes.ts',
      'workflows/keep-grant-alive.ts',
      'platforms/graph/grant.ts',
    ],
    folders: [
      'web/channels/',
      'db/channels/',
      'activities/channels/',
      'workflows/',
      'platforms/graph/',
    ],
  },
  {
    name: 'the numbers of an account are read and shown',
    start: [
      'workflows/measure-shard.ts',
      'platforms/facebook/measure.ts',
      'web/insights/routes.ts',
    ],
    folders: [
      ...['web/insights/', 'web/charts/', 'db/insights/', 'activities/insights/', 'workflows/'],
      ...['platforms/facebook/', 'platforms/graph/'],
    ],
  },
  {
    name: 'a person deletes their account',
    start: ['web/privacy/deletion-routes.ts', 'workflows/erase-user.ts'],
    folders: [
      'web/privacy/',
      'db/privacy/',
      'activities/privacy/',
      'activities/channels/revoke.ts',
      'workflows/',
    ],
  },
]

/** The files that a story passes through. */
export function filesOfStory({ name, start, folders }: Story, all: string[]): string[] {
  const missing = start.filter((file) => !all.includes(file))
  if (missing.length > 0)
    throw new Error(`The story "${name}" starts in files that are not there: ${missing.join(', ')}`)
  const isEntered = (file: string) =>
    (start.includes(file) || !file.endsWith('routes.ts')) &&
    folders.some((folder) => file.startsWith(folder))
  const seen = new Set<string>()
  const follow = (file: string, declared: string): void => {
    if (seen.has(`${file} ${declared}`)) return
    seen.add(`${file} ${declared}`)
    const { declarations, imported, passedOn } = moduleOf(file)
    const next = passedOn.get(declared)
    if (next) enter(next.from, next.name)
    for (const { uses, typeUses } of declarations.filter(
      (one) => declared === '*' || one.name === declared,
    )) {
      for (const used of [
        ...uses,
        ...(file.startsWith('workflows/') || isTypeOf(declared) ? typeUses : []),
      ]) {
        const from = imported.get(used)
        if (from) enter(from.from, from.name)
        else if (declarations.some((one) => one.name === used)) follow(file, used)
      }
    }
  }
  const enter = (file: string, declared: string) => {
    if (all.includes(file) && isEntered(file)) follow(file, declared)
  }
  for (const file of start) follow(file, '*')
  return [...new Set([...seen].map((key) => key.split(' ')[0]!))].sort()
}

/** The type of a set of activities, which lists the functions that a workflow calls. */
const isTypeOf = (name: string): boolean => name.endsWith('Activities')
