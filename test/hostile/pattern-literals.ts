import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vite'
import { productFolders } from '../house-rules.ts'

export type Pattern = { file: string; source: string; flags: string }

const root = fileURLToPath(new URL('../../', import.meta.url))
/**
 * All regular expressions of the product, from its syntax tree. `made`: the files that build one
 * from a string.
 */
export const findPatterns = (): { patterns: Pattern[]; made: string[] } => {
  const patterns: Pattern[] = []
  const made: string[] = []
  for (const file of sources()) {
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) for (const one of node) visit(one)
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return
      const { type, regex, callee } = node as {
        type?: string
        regex?: { pattern: string; flags: string }
        callee?: { name?: string }
      }
      if (type === 'Literal' && regex)
        patterns.push({ file, source: regex.pattern, flags: regex.flags })
      if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp')
        made.push(file)
      for (const one of Object.values(node)) visit(one)
    }
    visit(
      parseAst(readFileSync(join(root, file), 'utf8'), { lang: file.endsWith('.ts') ? 'ts' : 'js' })
        .body,
    )
  }
  return { patterns, made }
}

const sources = (): string[] => {
  const inFolders = productFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`),
  )
  return [...readdirSync(root), ...inFolders].filter(
    (name) => /\.(ts|js)$/.test(name) && !name.includes('/vendor/'),
  )
}
