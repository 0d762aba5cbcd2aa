import type { Phrase } from './phrase.ts'

/** A node of the syntax tree that oxc-parser makes. */
export type Node = { type: string; [key: string]: unknown }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string'

/** The nodes directly below this one, in the order of the source. */
const below = (node: Node): Node[] =>
  Object.values(node)
    .flat()
    .filter(isNode)
    .sort((a, b) => Number(a.start) - Number(b.start))

/** The phrase that an expression becomes. `null`: an expression that is no text by itself. */
export const phraseOf = (node: Node): Phrase | null => {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : null
    case 'TemplateLiteral':
      return templateOf(node)
    case 'ConditionalExpression':
      return oneOf([node.consequent as Node, node.alternate as Node])
    case 'LogicalExpression':
      return oneOf(
        node.operator === '&&' ? [node.right as Node] : [node.left as Node, node.right as Node],
      )
    case 'BinaryExpression':
      return node.operator === '+' ? sumOf(node) : null
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
      return phraseOf(node.expression as Node)
    default:
      return null
  }
}

const templateOf = (node: Node): Phrase => {
  const values = node.expressions as Node[]
  return (node.quasis as Node[]).flatMap((quasi, index) => {
    const { cooked } = quasi.value as { cooked: string }
    const value = values[index]
    return value ? [cooked, ...filled(value)] : [cooked]
  })
}

const sumOf = (node: Node): Phrase | null => {
  const parts = [node.left as Node, node.right as Node]
  return parts.some(phraseOf) ? parts.flatMap(filled) : null
}

const oneOf = (nodes: Node[]): Phrase | null =>
  nodes.some(phraseOf) ? [{ oneOf: nodes.map(filled) }] : null

/** The phrase of a value that stands in a text. */
export const filled = (node: Node): Phrase => phraseOf(node) ?? [{ hole: nameOf(node) }]

const nameOf = (node: Node): string => {
  switch (node.type) {
    case 'Identifier':
      return String(node.name)
    case 'MemberExpression':
      return node.computed ? nameOf(node.object as Node) : nameOf(node.property as Node)
    case 'ChainExpression':
    case 'AwaitExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return nameOf((node.expression ?? node.argument) as Node)
    case 'CallExpression':
      return nameOf(node.callee as Node)
    default:
      return '…'
  }
}

/** Functions whose arguments nobody reads: names of views, icons and headers, keys and patterns. */
const unread = new Set(
  ['Error', 'TypeError', 'RangeError', 'URL', 'RegExp', 'Map'].concat(
    ['header', 'get', 'has', 'set', 'delete', 'post', 'put', 'use', 'route', 'includes', 'split'],
    ['startsWith', 'endsWith', 'indexOf', 'matchAll', 'querySelector', 'querySelectorAll'],
    ['closest', 'matches', 'addEventListener', 'getAttribute', 'hasAttribute', 'createElement'],
    ['removeAttribute', 'toggleAttribute', 'removeEventListener', 'dispatchEvent', 'Event'],
    ['getElementById', 'enum', 'literal', 'createHash', 'createHmac', 'toString', 'byId'],
    ['debug', 'info', 'warn', 'trace', 'fatal', 'child', 'getenv', 'inlineStyle', 'redirect'],
    ['option', 'argument', 'command', 'name', 'include', 'icon', 'part', 'layout'].map(
      (name) => `${name}:first`,
    ),
  ),
)

const comparisons = new Set(['===', '!==', '==', '!=', 'in', 'instanceof', '<', '>'])

const isUnreadCall = (node: Node, index: number): boolean => {
  const name = nameOf(node.callee as Node)
  const object = (node.callee as Node).object as Node | undefined
  if (unread.has(name)) return true
  if (object && /^(?:log|console)$/.test(nameOf(object))) return nameOf(object) === 'log'
  return index === 0 && unread.has(`${name}:first`)
}

/** Which of the nodes below can be read by people. */
const readable = (node: Node): Node[] => {
  const { type } = node
  if (/^(?:TS(?!As|NonNull|Satisfies)|Import|ExportAll)/.test(type)) return []
  if (type === 'TaggedTemplateExpression')
    return nameOf(node.tag as Node) === 'html' ? [node.quasi as Node] : []
  if (type === 'BinaryExpression' && comparisons.has(String(node.operator))) return []
  if (type === 'SwitchCase') return node.consequent as Node[]
  if (type === 'MemberExpression') return [node.object as Node]
  if (type === 'Property' && !node.computed) return [node.value as Node]
  if (type === 'PropertyDefinition') return node.value ? [node.value as Node] : []
  if (type === 'CallExpression' || type === 'NewExpression')
    return [
      node.callee as Node,
      ...(node.arguments as Node[]).filter((_, index) => !isUnreadCall(node, index)),
    ]
  return below(node)
}

/** Functions that write a number with its noun. */
const counting = new Set(['count', 'counted', 'many', 'plural'])
/** Properties that hold words, even if it is a single one. */
const wordKeys = new Set(['hint', 'label', 'many', 'noun', 'one', 'title', 'words'])
const singleWords = /^\p{Ll}[\p{Ll} ]+$/u

/** A noun or verb by itself, which reads like a key: only where it stands shows that it is read. */
const singleWordsIn = (node: Node): Phrase[] => {
  const taken =
    node.type === 'CallExpression' && counting.has(nameOf(node.callee as Node))
      ? (node.arguments as Node[])
      : node.type === 'Property' && wordKeys.has(nameOf(node.key as Node))
        ? [node.value as Node]
        : node.type === 'ConditionalExpression' && isPlural(node)
          ? [node.consequent as Node, node.alternate as Node]
          : []
  return taken
    .map(phraseOf)
    .filter((phrase) => phrase !== null)
    .filter(([piece]) => typeof piece === 'string' && singleWords.test(piece))
}

/** `'post' : 'posts'`, `'is' : 'are'`. */
const isPlural = ({ consequent, alternate }: Node): boolean => {
  const [one, other] = [consequent, alternate].map((node) => (node as Node).value)
  return other === `${one}s` || one === `${other}s` || ['are', 'were', 'have'].includes(`${other}`)
}

/** Every phrase in code that may be read, in the order of the source. */
export const phrasesIn = (node: Node, isFit: (phrase: Phrase) => boolean = looksRead): Phrase[] => {
  const single = singleWordsIn(node)
  if (node.type === 'ConditionalExpression')
    return [
      ...single,
      ...[node.test, node.consequent, node.alternate].flatMap((one) =>
        phrasesIn(one as Node, isFit),
      ),
    ]
  const phrase = phraseOf(node)
  const own = phrase && isFit(phrase) ? [phrase] : []
  if (own.length > 0 || node.type === 'Literal') return own
  return [...single, ...readable(node).flatMap((one) => phrasesIn(one, isFit))]
}

const address = /^(?:[./#?*[]|https?:|[a-z]+:\/\/|\w+\/\w|--|data:|image\/|text\/)/
const machine =
  /^(?:[A-Z][\w]*Error|[A-Z]+-?[A-Z\d_]*|[A-Z][a-z]+(?:-[A-Z]\w*)+|[\w-]+=.*|[A-Z]{2,}[a-z]?\w*)$/
const policy = /-src |'none'|'self'|max-age|; ?[a-z-]+=|charset|^Bearer |^[a-z-]+: |\{[^{}]*:/
const other =
  /^(?:translate|[a-z]+[, ]+(?:[a-z]+\[|\w*Left)|-apple|ExecutionStatus|WorkflowType)|\bExecutionStatus\b|^\(prefers-|^textarea/
const query =
  /^\s*(?:select|insert|update|delete|with|order by|and|create|alter|set|grant|case when|union)\s|coalesce\(|\bis (?:not )?null\b|least\(|at time zone|interval '/

/** Whether a phrase in code reads like words: a sentence, or a label with a capital. */
const looksRead = (phrase: Phrase): boolean => {
  const text = phrase.map((piece) => (typeof piece === 'string' ? piece : '\ue000')).join('')
  if (!/\p{L}\p{Ll}/u.test(text)) return false
  if (address.test(text.trim()) || policy.test(text) || query.test(text)) return false
  if (other.test(text)) return false
  if (/^\p{Lu}\p{Ll}+[^\p{L}]*$/u.test(text)) return true
  if (machine.test(text)) return false
  return (
    /(?:\p{L}|\ue000|\d)[,.:;!?’)”]* +[“(]*(?:\p{L}|\ue000|\d)/u.test(text) &&
    /\p{Ll}\p{Ll}/u.test(text)
  )
}
