import { Eta } from 'eta'
import { Parser } from 'htmlparser2'
import { parseSync } from 'oxc-parser'
import { filled, type Node, phraseOf, phrasesIn } from './code.ts'
import { hasWords, type Phrase } from './phrase.ts'

const eta = new Eta()

/** Attributes that people see or hear. */
const spoken = new Set(
  ['alt', 'title', 'placeholder', 'label', 'summary', 'aria-label', 'aria-description'].concat([
    'aria-roledescription',
    'aria-valuetext',
    'aria-placeholder',
  ]),
)
/** Tags that are part of a sentence. */
const inSentence = new Set(
  ['a', 'abbr', 'b', 'bdi', 'cite', 'code', 'em', 'i', 'kbd', 'mark', 'q', 's', 'small'].concat([
    'span',
    'strong',
    'time',
    'var',
    'wbr',
    'output',
  ]),
)
const silent = new Set(['script', 'style'])

/** Stands for the value with this number, and for a place where code decides what follows. */
const valueMark = (index: number): string => `\u{e000}${index}\u{e001}`
const choiceMark = '\u{e002}'

/**
 * Every phrase of a template, in the order of the source: texts, spoken attributes, and words in its
 * code. Where code decides between parts of a sentence, a bar separates them.
 */
export const phrasesOfTemplate = (source: string, isPlain: boolean): Phrase[] => {
  const values: Phrase[] = []
  const inValues: Phrase[] = []
  let markup = ''
  for (const part of eta.parse(source)) {
    if (typeof part === 'string') {
      markup += JSON.parse(`"${part.replace(/\\'/g, "'").replace(/"/g, '\\"')}"`)
    } else if (part.t === 'e') {
      markup += choiceMark
    } else {
      markup += valueMark(values.length)
      const value = expressionOf(part.val)
      values.push(filled(value))
      if (!phraseOf(value)) inValues.push(...phrasesIn(value))
    }
  }
  const code = eta.parse(source).flatMap((part) => (typeof part === 'string' ? [] : [part]))
  const found = isPlain ? linesOf(markup, values) : phrasesOfMarkup(markup, values)
  return [...found, ...inValues, ...phrasesIn(programOf(code))].filter(hasWords)
}

const linesOf = (text: string, values: Phrase[]): Phrase[] =>
  text.split('\n').map((line) => textOf(line, values))

const markup = /<[a-z]+[\s>-]/
/** A tag whose name is a value, such as `<h2>` or `<h3>`. */
const namedByValue = /<(\/?)\u{e000}\d+\u{e001}/gu

/** Phrases in a piece of HTML that code writes. Others stay as they are. */
export const phrasesInPhrase = (phrase: Phrase): Phrase[] => {
  if (!phrase.some((piece) => typeof piece === 'string' && markup.test(piece))) return [phrase]
  const values: Phrase[] = []
  const written = phrase.map((piece) =>
    typeof piece === 'string' ? piece : valueMark(values.push([piece]) - 1),
  )
  return phrasesOfMarkup(written.join(''), values).filter(hasWords)
}

const expressionOf = (source: string): Node => {
  const { program, errors } = parseSync('value.ts', `(${source}\n)`)
  if (errors.length > 0) throw new Error(`cannot be read: ${source}`)
  return (program.body[0] as unknown as { expression: Node }).expression
}

/** All code of a template as one program. Values are left out: they are read in their place. */
const programOf = (parts: { t: string; val: string }[]): Node => {
  const source = parts.map(({ t, val }) => (t === 'e' ? val : '0;')).join('\n')
  const { program, errors } = parseSync('template.ts', `async () => {${source}\n}`)
  if (errors.length > 0) throw new Error(`cannot be read: ${errors[0]?.message}`)
  return program as unknown as Node
}

export const phrasesOfMarkup = (html: string, values: Phrase[]): Phrase[] => {
  const found: Phrase[] = []
  let text = ''
  let skipped = 0
  let wasClosed = false
  const end = () => {
    found.push(textOf(text, values))
    text = ''
  }
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (!inSentence.has(name)) end()
        else if (/\S$/.test(text) && wasClosed) text += ' '
        wasClosed = false
        if (silent.has(name)) skipped += 1
        for (const [key, value] of Object.entries(attributes)) {
          const isButton =
            name === 'input' && key === 'value' && /submit|button/.test(attributes.type ?? '')
          const isMeta =
            name === 'meta' &&
            key === 'content' &&
            /description|title/.test(attributes.name ?? attributes.property ?? '')
          const isOwn = key.startsWith('data-') && /\s/.test(value.trim())
          if (spoken.has(key) || isButton || isMeta || isOwn) found.push(textOf(value, values))
        }
      },
      onclosetag: (name) => {
        if (silent.has(name)) skipped -= 1
        if (!inSentence.has(name)) end()
        wasClosed = true
      },
      ontext: (more) => {
        wasClosed = false
        if (skipped === 0) text += more
      },
    },
    { decodeEntities: true, lowerCaseAttributeNames: true },
  )
  parser.write(html.replace(namedByValue, '<$1div'))
  parser.end()
  end()
  return found
}

/** Words and values of a text. Strings within a value are words where they stand. */
const textOf = (text: string, values: Phrase[]): Phrase => {
  const pieces = text
    .replace(new RegExp(`(?:\\s*${choiceMark}\\s*)+`, 'gu'), ' | ')
    .replace(/^[\s|]+|[\s|]+$/g, '')
    .split(/\u{e000}(\d+)\u{e001}/u)
  return pieces.flatMap(
    (piece, index): Phrase => (index % 2 === 0 ? (piece ? [piece] : []) : values[Number(piece)]!),
  )
}
