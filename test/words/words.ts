import { parseSync } from 'oxc-parser'
import { allFiles, sourceOf } from '../house/files.ts'
import { type Node, phrasesIn } from './code.ts'
import { hasWords, type Phrase, printed } from './phrase.ts'
import { phrasesInPhrase, phrasesOfTemplate } from './template.ts'

/** A file with everything in it that people see. */
type WordsOfFile = { file: string; phrases: Phrase[] }
export type Section = { title: string; files: WordsOfFile[] }

/** Files by the page or place where their words appear. The first that matches counts. */
const sections: { title: string; files: RegExp }[] = [
  {
    title: 'Emails',
    files: /^(?:activities\/mail\/|activities\/privacy\/announce|web\/views\/mail\/)/,
  },
  { title: 'Notifications', files: /^web\/(?:views\/)?notices|^web\/notifications\// },
  {
    title: 'Sign-in, account and people',
    files:
      /^web\/(?:views\/)?(?:people|account|security|sign-in|password-reset|invitations|activity|settings)\//,
  },
  {
    title: 'Composer, calendar and posts',
    files: /^web\/(?:views\/)?(?:posts|calendar|today|pause)\//,
  },
  { title: 'Media', files: /^web\/(?:views\/)?media\/|^media\// },
  { title: 'Accounts', files: /^web\/(?:views\/)?channels\// },
  { title: 'Insights', files: /^web\/(?:views\/)?(?:insights|charts)\// },
  {
    title: 'Public pages',
    files: /^web\/(?:views\/)?(?:privacy|policy|terms|promises|data-deletion|home)\/|^promises\.ts/,
  },
  { title: 'Operate', files: /^web\/(?:views\/)?operate\// },
  { title: 'Scripts in the browser', files: /^web\/public\/.*\.js$/ },
  { title: 'All pages', files: /^web\// },
  { title: 'Platforms', files: /^platforms\// },
  {
    title: 'What is kept and exported',
    files: /^db\/privacy\/|^db\/people\/|^text\//,
  },
  { title: 'What becomes of a post', files: /^activities\// },
  {
    title: 'Command line and settings',
    files: /^(?:commands|config|local\/[a-z-]+\.ts|production\/.*\.ts)/,
  },
]

/** Other programs' languages, and help for metrics, which operators see in their own tools. */
const unread = [
  'local/sprite.ts',
  'media/poster.ts',
  'media/programs/limited-process.ts',
  'web/http/templates.ts',
  'web/operate/figures-meter.ts',
  'web/operate/http-meter.ts',
]

const isRead = (file: string): boolean =>
  /\.(?:ts|eta|js)$/.test(file) &&
  !/^(?:test|bench|local\/(?:sandbox|demo|media|people|mail))\//.test(file) &&
  !unread.includes(file)

const wordsOfFile = (file: string): WordsOfFile => {
  const source = sourceOf(file)
  return {
    file,
    phrases: file.endsWith('.eta')
      ? phrasesOfTemplate(source, file.endsWith('-text.eta'))
      : phrasesOfCode(file, source),
  }
}

const phrasesOfCode = (file: string, source: string): Phrase[] => {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message}`)
  return phrasesIn(program as unknown as Node)
    .flatMap(phrasesInPhrase)
    .filter(hasWords)
}

/** Every string that people see, by place and file. Files without any are left out. */
export const everyWord = (): Section[] => {
  const files = allFiles.filter(isRead)
  const taken = new Set<string>()
  return sections.map(({ title, files: pattern }) => {
    const own = files.filter((file) => pattern.test(file) && !taken.has(file))
    for (const file of own) taken.add(file)
    return { title, files: own.map(wordsOfFile).filter(({ phrases }) => phrases.length > 0) }
  })
}

/** The document: a heading for each place and file, and a line for each string. */
export const wordsDocument = (all: Section[]): string => {
  const parts = all.flatMap(({ title, files }) => [
    `## ${title}`,
    ...files.map(
      ({ file, phrases }) =>
        `### ${file}\n\n\`\`\`text\n${[...new Set(phrases.map(printed))].join('\n')}\n\`\`\``,
    ),
  ])
  return `${[head, ...parts].join('\n\n')}\n`
}

const head = `# Words

Every string that people see, by place and file, for review against the voice of the product.
\`npm run words -- --write\` renews this page; a test keeps it in step with the code. \`{name}\` is a
value, \`[one|other]\` is one of several, and a bar separates what code decides between.`
