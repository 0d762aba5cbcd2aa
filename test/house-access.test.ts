import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { productFolders } from './house-rules.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const files = productFolders.flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`),
)
const filesWith = (pattern: RegExp) =>
  files.filter((file) => pattern.test(readFileSync(`${root}${file}`, 'utf8'))).sort()

test('all sessions of a person are ended in one place, together with every mailed link', () => {
  expect(filesWith(/delete from sessions/)).toEqual([
    'db/people/access.ts',
    'db/people/sessions.ts',
  ])
  expect(filesWith(/update password_resets (r )?set used_at/)).toEqual([
    'db/people/access.ts',
    'db/people/password-resets.ts',
  ])
})

test('a single condition decides whether an invitation is open, and it includes the admin who made it', () => {
  const queries =
    readFileSync(`${root}db/people/invitations.ts`, 'utf8').match(/i\.accepted_at is null/g) ?? []
  expect(queries).toHaveLength(1)
  expect(
    filesWith(/invitations/).filter(
      (file) =>
        file.startsWith('db/') &&
        !/(invitations|erasure|erasure-tally|deletion-items|kept-data|export-words|short-lived|purposes|deactivation|first-operator)\.ts$/.test(
          file,
        ),
    ),
  ).toEqual([])
})
