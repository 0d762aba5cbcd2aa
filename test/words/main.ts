import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCommand } from '../../commands/command.ts'
import { root } from '../house/files.ts'
import { everyWord, wordsDocument } from './words.ts'

/** Prints every string that people see. */
const { options } = readCommand('words', (command) =>
  command
    .description('Prints every string that people see, by place and file, from the source.')
    .option('--write', 'renew docs/words.md instead'),
)

const document = wordsDocument(everyWord())
if (options.write) writeFileSync(join(root, 'docs', 'words.md'), document)
else process.stdout.write(document)
