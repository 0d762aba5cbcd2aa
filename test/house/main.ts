import { readCommand } from '../../commands/command.ts'
import {
  allFiles,
  filesPerFolder,
  folderSizes,
  productFiles,
  sourceOf,
  typescriptOf,
} from './files.ts'
import { doubleExports, importCycles } from './graph.ts'
import { platformNames, touchedBy, touchedInSandbox } from './platforms.ts'
import { filesOfStory, stories } from './stories.ts'

/** Figures that describe how the code looks to a newcomer. */
const { options } = readCommand('house', (command) =>
  command
    .description(
      'Prints how readable the code is, in figures, beside the goal of each. The last line is JSON.',
    )
    .option('--list', 'list the files behind each figure'),
)

const code = typescriptOf(productFiles)
const linesOf = new Map(code.map((file) => [file, sourceOf(file).trimEnd().split('\n').length]))
const countLines = (files: string[]): number =>
  files.reduce((sum, file) => sum + linesOf.get(file)!, 0)
const told = stories.map((story) => {
  const files = filesOfStory(story, code)
  return { name: story.name, files: files.length, lines: countLines(files), list: files }
})
const sizes = [...linesOf.values()].sort((a, b) => a - b)
const at = (share: number): number => sizes[Math.ceil(sizes.length * share) - 1] ?? 0
const [fullest = ['', 0] as const] = folderSizes()
const cycles = importCycles(typescriptOf(allFiles))
const doubles = doubleExports(code)
const touched = platformNames.map((name) => ({
  name,
  list: touchedBy(name),
  sandbox: touchedInSandbox(name),
}))
const most = (lists: string[][]): string[] =>
  lists.reduce((longest, list) => (list.length > longest.length ? list : longest))
const mostTouched = most(touched.map(({ list }) => list))
const mostInSandbox = most(touched.map(({ sandbox }) => sandbox))

const rows: [measure: string, now: string, goal: string, list: string[]][] = [
  ...told.map(({ name, files, lines, list }, index): [string, string, string, string[]] => [
    `${name}: files / lines`,
    `${files} / ${lines}`,
    index === 0 ? '20 / 2000' : '',
    list,
  ]),
  [
    'lines per file, median / p90 / max',
    `${at(0.5)} / ${at(0.9)} / ${at(1)}`,
    '60 / 180 / 300',
    longest(5),
  ],
  ['files in the largest folder', String(fullest[1]), String(filesPerFolder), [fullest[0]]],
  [
    'import cycles, types included',
    String(cycles.length),
    '0',
    cycles.map((files) => files.join(', ')),
  ],
  [
    'files that name one platform outside its folder / in the sandbox',
    `${mostTouched.length} / ${mostInSandbox.length}`,
    '1 / 1',
    [...mostTouched, ...mostInSandbox],
  ],
  [
    'names exported twice',
    String(doubles.length),
    '0',
    doubles.map(({ name, files }) => `${name}: ${files.join(', ')}`),
  ],
]
for (const [measure, now, goal, list] of rows) {
  console.log(`${measure.padEnd(64)} ${now.padStart(16)}   ${goal && `goal ≤ ${goal}`}`.trimEnd())
  if (options.list) for (const line of list) console.log(`    ${line}`)
}
console.log(
  JSON.stringify({
    stories: Object.fromEntries(told.map(({ name, files, lines }) => [name, { files, lines }])),
    linesPerFile: { median: at(0.5), p90: at(0.9), max: at(1) },
    largestFolder: { folder: fullest[0], files: fullest[1] },
    cycles: cycles.length,
    doubleExports: doubles.length,
    platformFiles: Object.fromEntries(
      touched.map(({ name, list, sandbox }) => [name, [list.length, sandbox.length]]),
    ),
  }),
)

function longest(count: number): string[] {
  return [...linesOf]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([file, lines]) => `${lines} ${file}`)
}
