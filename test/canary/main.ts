import { readCommand } from '../../commands/command.ts'
import { runCanary } from './run.ts'

readCommand('canary', (command) =>
  command.description(
    'Connects, publishes, fails, renews, disconnects and erases with tokens that can be recognized, and looks for them wherever ' +
      'anything is stored. Then plants one and looks again. Takes a few minutes. The last line is JSON.',
  ),
)
const startedAt = performance.now()
const say = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`)

const { hits, missed, ...looked } = await runCanary(say)
for (const { secret, place, form } of hits) say(`${secret} stands in ${place} (${form})`)
for (const what of missed) say(`the planted token was not found: ${what}`)
const isKept = hits.length === 0 && missed.length === 0
const planted = missed.length === 0 ? 'found' : 'missed'
console.log(JSON.stringify({ canary: isKept, ...looked, hits: hits.length, planted }))
process.exit(isKept ? 0 : 1)
