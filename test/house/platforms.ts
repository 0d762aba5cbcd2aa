import { issuerModules } from '../../platforms/index.ts'
import { allFiles, sourceOf } from './files.ts'

const policies = issuerModules.map(({ policy }) => policy)

/** The platforms of the registry, and the issuers that have another name than their platform. */
export const platformNames: string[] = [
  ...new Set(
    policies.flatMap(({ issuer, platforms }) => [...platforms.map(({ name }) => name), issuer]),
  ),
]

/** Whether a text names a platform or an issuer. `meta` alone is also a word of HTML and
 * Node, and `metaKey` one of browsers. */
function names(text: string, name: string): boolean {
  const label = policies.find(({ issuer }) => issuer === name)?.label
  const isPlatform = policies.some(({ platforms }) =>
    platforms.some((platform) => platform.name === name),
  )
  if (isPlatform || !label) return text.toLowerCase().includes(name)
  return new RegExp(
    `\\b${label}(?![a-z])|\\b${name}(?!Key\\b)[A-Z]|\\b${name.toUpperCase()}_|['{] ?${name} ?['}]`,
  ).test(text)
}

/**
 * Files that name a platform in their code, outside its folder below platforms/. Not counted: the
 * sandbox, which is another program, tests and benchmarks, demo data, migrations (which are
 * history), comments, and lines that are written from the list of issuers.
 */
export function touchedBy(platform: string): string[] {
  const own = /^(test|bench|local\/demo|local\/sandbox|db\/migrations|platforms\/\w+)\//
  return mostlyCode.filter(
    (file) => !own.test(file) && names(withoutComments(sourceOf(file)), platform),
  )
}

/** Files of the sandbox that name a platform, outside the folder of its counterpart. */
export function touchedInSandbox(platform: string): string[] {
  return mostlyCode.filter(
    (file) =>
      /^local\/sandbox\/\w+\.ts$/.test(file) && names(withoutComments(sourceOf(file)), platform),
  )
}

/** An MP4 file has a box of that name. */
const isOther = (file: string): boolean => file === 'media/boxes.ts'

const mostlyCode = [
  ...[...allFiles, 'docker-compose.yml'].filter(
    (file) => /(?<!\.test)\.(ts|js|eta|yml)$/.test(file) && !isOther(file),
  ),
  'production/kubernetes/example/settings.env',
  'production/kubernetes/example/secrets.example.env',
]

/** Comments of TypeScript, Eta, YAML and SQL, and what test/production/issuer-lines.test.ts writes. */
function withoutComments(text: string): string {
  return text
    .replace(/^ *# Of the issuers:[\s\S]*?# End of the issuers\./gm, '')
    .replace(
      /\/\*[\s\S]*?\*\/|(^|\s)\/\/.*|<%\s*\/\*[\s\S]*?\*\/\s*%>|^\s*(--|#).*|comment on [^;]*;/gm,
      '',
    )
}
