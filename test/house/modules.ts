import { dirname, join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { sourceOf } from './files.ts'

/** A value or type that a file declares at its top level, and the names that it uses. */
type Declaration = { name: string; uses: Set<string>; typeUses: Set<string> }
/** `from`: the path of our own file. `name`: its name in that file, or `*` for the whole file. */
type Imported = { from: string; name: string }
export type Module = {
  file: string
  /** All of our files that it imports or re-exports, including for types only. */
  imports: string[]
  /** What each imported name refers to. */
  imported: Map<string, Imported>
  /** Names exported from another file: `export { x } from`. */
  passedOn: Map<string, Imported>
  /** Names that this file declares and exports. */
  exports: string[]
  declarations: Declaration[]
}
type Node = { type: string; [key: string]: unknown }

const known = new Map<string, Module>()

/** Reads one of our TypeScript files. */
export function moduleOf(file: string): Module {
  const found = known.get(file) ?? parse(file)
  known.set(file, found)
  return found
}

function parse(file: string): Module {
  const { program, module, errors } = parseSync(file, sourceOf(file))
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const resolve = (path: string) => join(dirname(file), path)
  const isOurs = (path: string | undefined): path is string => path?.startsWith('.') === true
  const imported = new Map<string, Imported>()
  const passedOn = new Map<string, Imported>()
  const imports = new Set<string>()
  for (const { moduleRequest, entries } of module.staticImports) {
    if (!isOurs(moduleRequest.value)) continue
    const from = resolve(moduleRequest.value)
    imports.add(from)
    for (const { importName, localName } of entries)
      imported.set(localName.value, { from, name: importName.name ?? '*' })
  }
  for (const { exportName, importName, moduleRequest } of module.staticExports.flatMap(
    ({ entries }) => entries,
  )) {
    if (!isOurs(moduleRequest?.value)) continue
    imports.add(resolve(moduleRequest.value))
    const name = exportName.name ?? '*'
    passedOn.set(name, { from: resolve(moduleRequest.value), name: importName.name ?? '*' })
  }
  const body = program.body as unknown as Node[]
  for (const path of importExpressions(body)) if (isOurs(path)) imports.add(resolve(path))
  const exports = module.staticExports
    .flatMap(({ entries }) => entries)
    .filter(({ moduleRequest, exportName }) => !moduleRequest && exportName.name)
    .map(({ exportName }) => exportName.name!)
  return {
    file,
    imports: [...imports],
    imported,
    passedOn,
    exports,
    declarations: body.flatMap(declarationsOf),
  }
}

/** `import('./x.ts')`, as a call and as a type. */
function importExpressions(body: Node[]): string[] {
  const paths: string[] = []
  walk(body, (node) => {
    if (node.type !== 'ImportExpression' && node.type !== 'TSImportType') return
    const { value } = node.source as { value?: unknown }
    if (typeof value === 'string') paths.push(value)
  })
  return paths
}

/**
 * Statements that declare nothing (calls at the top level of a program) are one declaration without
 * a name.
 */
function declarationsOf(statement: Node): Declaration[] {
  const { type } = statement
  if (type === 'ImportDeclaration' || type === 'ExportAllDeclaration') return []
  const inner = type.startsWith('Export') ? (statement.declaration as Node | null) : statement
  if (!inner) return []
  if (inner.type !== 'VariableDeclaration') return [{ name: nameOf(inner), ...usesOf(inner) }]
  return (inner.declarations as Node[]).flatMap((one) =>
    namesIn(one.id as Node).map((name) => ({ name, ...usesOf(one) })),
  )
}

const nameOf = (node: Node): string => (node.id as { name?: string } | null)?.name ?? ''

function namesIn(pattern: Node): string[] {
  if (pattern.type === 'Identifier') return [pattern.name as string]
  const names: string[] = []
  walk(pattern, (node) => {
    if (node.type === 'Property') names.push(...namesIn(node.value as Node))
  })
  return names
}

/** `typeof x` in a type is a use of the value x. */
function usesOf(node: Node): Pick<Declaration, 'uses' | 'typeUses'> {
  const uses = new Set<string>()
  const typeUses = new Set<string>()
  walk(node, (inner, parent) => {
    if (inner.type !== 'Identifier' || isKey(inner, parent)) return
    const isType = parent?.type === 'TSTypeReference' || parent?.type === 'TSQualifiedName'
    ;(isType ? typeUses : uses).add(inner.name as string)
  })
  return { uses, typeUses }
}

/** `x.name` and `{ name: … }` name a property, not a declaration of the file. */
function isKey(node: Node, parent: Node | undefined): boolean {
  if (!parent || parent.computed === true) return false
  if (parent.type === 'MemberExpression') return parent.property === node
  return parent.key === node && parent.shorthand !== true
}

function walk(node: unknown, visit: (node: Node, parent?: Node) => void, parent?: Node): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit, parent)
    return
  }
  if (typeof node !== 'object' || node === null || typeof (node as Node).type !== 'string') return
  visit(node as Node, parent)
  for (const value of Object.values(node))
    if (typeof value === 'object') walk(value, visit, node as Node)
}
