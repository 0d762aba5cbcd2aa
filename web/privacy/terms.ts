/**
 * A block of the operator's terms of service. The text is plain; blank lines separate paragraphs
 * and headings begin with `# `.
 */
export type TermsBlock = { heading: boolean; text: string }

export const readTerms = (text: string): TermsBlock[] =>
  text
    .split(/\n[ \t]*\n/)
    .map((block) =>
      block
        .split('\n')
        .map((line) => line.trim())
        .join(' ')
        .trim(),
    )
    .filter((block) => block !== '')
    .map((block) =>
      block.startsWith('# ')
        ? { heading: true, text: block.slice(2).trim() }
        : { heading: false, text: block },
    )
