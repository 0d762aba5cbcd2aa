import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
/** All documentation about running CrateSocial. */
export const documentText: string = documents.map(read).join('\n')
export const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

export type Call = { script: string; words: string[]; options: string[] }

/** The calls in documents: `npm run NAME -- WORD --option …` and `npm start -- --option`. */
export const calls: Call[] = [
  ...documentText.matchAll(
    /\bnpm (?:run ([a-z:]+)|(start|test))((?: --| \\\n)[^`\n#]*(?:\\\n[^`\n#]*)*)?/g,
  ),
].map(([, script, short, rest = '']) => ({
  script: script ?? short ?? '',
  words: [...rest.matchAll(/(?<=\s)[a-z][a-z-]*(?=\s|$)/g)].map(([word]) => word),
  options: [...rest.matchAll(/(?<=\s)--[a-z][a-z-]+/g)].map(([option]) => option),
}))
/** Each script that a document uses, once. */
export const named: string[] = [...new Set(calls.map(({ script }) => script))].sort()
/** Each compiled program that a document uses: `node dist/NAME.js`. */
export const programs: string[] = [
  ...new Set([...documentText.matchAll(/dist\/([a-z/-]+)\.js/g)].map(([, name = '']) => name)),
].sort()
