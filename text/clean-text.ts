/**
 * Cleans every text that comes from outside: form fields (web/http/forms/forms.ts), names of uploaded
 * files, answers of the platforms (platforms/json-input.ts) and command arguments. Removes:
 * - control characters except tab and line feed: PostgreSQL refuses NUL, and the others don't
 *   belong in a name or caption
 * - characters that change the text direction (U+202A to U+202E, U+2066 to U+2069): they can make a
 *   name or file name look like another one
 * Halves of characters, which PostgreSQL refuses in JSON, become U+FFFD as in every other encoding.
 */
export const cleanText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(unwanted, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')

/**
 * The same for a single line: line breaks and tabs become spaces. Keeps spaces at both ends,
 * because a password may have them.
 */
export const cleanLine = (text: string): string =>
  cleanText(text).replace(/[\n\t\u2028\u2029]/g, ' ')

/**
 * Whether a text contains characters that our URLs never have: those above, tabs and line breaks.
 */
export const isUnfitForAddress = (text: string): boolean => unfitForAddress.test(text)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to remove
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const unfitForAddress = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
