import { allFiles, sourceOf } from './files.ts'

/** The platforms that have a folder. The folder that two of them share doesn't count. */
export const platformNames: string[] = [
  ...new Set(allFiles.map((file) => file.match(/^platforms\/(\w+)\/index\.ts$/)?.[1]).filter((name) => name !== undefined)),
]

/**
 * Files that name a platform in their code, outside the folders below platforms/ and
 * local/sandbox/. Not counted: tests and benchmarks, demo data, migrations (which are history), and
 * comments.
 */
export function touchedBy(platform: string): string[] {
  const name = new RegExp(platform, 'i')
  const own = /^(test|bench|local\/demo|db\/migrations|platforms\/\w+|local\/sandbox\/\w+)\//
  return [...allFiles, 'docker-compose.yml'].filter(
    (file) => /\.(ts|js|eta|yml)$/.test(file) && !own.test(file) && name.test(withoutComments(sourceOf(file))),
  )
}

/** Comments of TypeScript, Eta and YAML. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*|<%\s*\/\*[\s\S]*?\*\/\s*%>|^\s*(--|#).*|comment on [^;]*;/gm, '')
}
