import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommand } from '../../commands/command.ts'
import { root } from '../house/files.ts'
import { coverageOf } from './coverage.ts'
import { everyWord, wordsDocument } from './words.ts'

/** Prints every string that people see. */
const { options } = readCommand('words', (command) =>
  command
    .description('Prints every string that people see, by place and file, from the source.')
    .option('--pages <url>', 'list texts on pages of a running demo that are not among them')
    .option('--write', 'renew docs/words.md instead'),
)

const words = everyWord()
const document = wordsDocument(words)
if (options.pages) {
  const { pages, texts, missed } = await coverageOf(options.pages, words)
  for (const [text, path] of missed) console.log(`${path}  ${text}`)
  console.log(JSON.stringify({ pages, texts, missed: missed.length }))
} else if (options.write) writeFileSync(join(root, 'docs', 'words.md'), document)
else process.stdout.write(document)
