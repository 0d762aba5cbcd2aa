import { postsInLedger, setUp, startOwnStack } from '../../bench/own-stack.ts'
import { readCommand, wholeNumber } from '../../commands/command.ts'
import { close, connect } from '../../db/postgres/connect.ts'
import { createPerson } from '../../local/people/person.ts'
import { acceptInvitation, invite } from '../../local/people/story.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { hasFailed, runRaces } from './race.ts'

const { options } = readCommand('test:races', (command) =>
  command
    .description(
      'Moves, cancels, edits and publishes posts from three sessions around the second in which they are sent, on a stack of its ' +
        'own. Fails after an answer of 500, a deadlock, or a post about which the database, its page and the platforms do not ' +
        'agree. The last line is JSON.',
    )
    .option('--requests <count>', 'requests in all', wholeNumber(1), 500)
    .option('--seed <number>', 'of the random choices', wholeNumber(), 1),
)
const stack = await startOwnStack()
const sql = connect({ url: stack.databaseUrl, prepare: true, max: 6, applicationName: 'races' })
let failed = true
try {
  const { person, slug, channel } = await setUp(stack)
  const sessions = [person]
  for (const name of ['Max', 'Mia']) {
    const member = createPerson(stack.url)
    await acceptInvitation(
      member,
      await invite(person, slug, 'manager'),
      name,
      `${name.toLowerCase()}@example.com`,
    )
    sessions.push(member)
  }
  const ledger = async () => (await postsInLedger(stack)) as LedgerPost[]
  const say = (line: string) => console.log(line)
  const result = await runRaces(
    { sessions, slug, sql, ledger, channel, say },
    {
      seed: options.seed,
      requests: options.requests,
      postsPerRound: 10,
      requestsPerRound: 125,
      accounts: ['Northside Records', 'Northside Café', 'Northside Events'],
    },
  )
  failed = hasFailed(result)
  console.log(JSON.stringify(result))
} finally {
  await close(sql)
  await stack.stop()
}
process.exitCode = failed ? 1 : 0
