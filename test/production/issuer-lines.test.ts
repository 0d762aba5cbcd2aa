import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { issuerModules } from '../../platforms/index.ts'

/** Without the addresses, which stay those of the real platforms. */
const variables = issuerModules.flatMap(({ settings }) =>
  Object.entries(settings.variables)
    .filter(([name]) => !settings.urls.includes(name))
    .map(([name, { secret = false }]) => ({ name, secret })),
)
const named = (wanted: typeof variables, line: (name: string) => string) =>
  wanted.map(({ name }) => `${line(name)}\n`).join('')

const examples = 'production/kubernetes/example'
const files: [path: string, lines: string][] = [
  ['docker-compose.yml', named(variables, (name) => `    ${name}: \${${name}:-}`)],
  [
    `${examples}/settings.env`,
    named(
      variables.filter(({ secret }) => !secret),
      (name) => `${name}=`,
    ),
  ],
  [
    `${examples}/secrets.example.env`,
    named(
      variables.filter(({ secret }) => secret),
      (name) => `${name}=`,
    ),
  ],
]

/** After a change of an issuer's variables: `npx vitest run test/production/issuer-lines.test.ts -u`. */
it.each(files)('%s has the variables that the issuers declare', async (path, lines) => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const [before, , after] = (await readFile(file, 'utf8')).split(
    /(?<=# Of the issuers:.*\n)([^#]*?)(?= *# End of the issuers\.)/,
  )
  expect(after, 'the marks around the lines').toBeDefined()
  await expect(`${before}${lines}${after}`).toMatchFileSnapshot(file)
})
