import { expect, it } from 'vitest'
import * as metaCodes from '../../platforms/graph/error-rows/codes.ts'
import { codes as tiktokCodes } from '../../platforms/tiktok/errors.ts'
import { productFiles, sourceOf } from './files.ts'

const files = productFiles.filter((file) => /\.(ts|eta)$/.test(file))

/** Without comments, which may name what the code means. */
const codeOf = (file: string): string =>
  sourceOf(file)
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .map((line) => line.split(' // ')[0])
    .join('\n')

const filesWith = (found: RegExp, among = files): string[] =>
  among.filter((file) => found.test(codeOf(file)))

/** Other spans of the same length. */
const otherSpans: Record<string, string> = {
  'db/insights/metric-names.ts': 'when a refused name is asked for again',
  'db/insights/snapshots.ts': 'the age from which posts are read weekly',
  'web/insights/range.ts': 'a range of days that a page shows',
  'web/insights/shown/page-view.ts': 'a range of days that a page shows',
  'web/views/insights/_reading.eta': 'the age from which posts are read weekly',
  'web/views/today/show.eta': 'the days that Today shows',
}

it('how long something is kept is written once, and pages take it from there', () => {
  const found = filesWith(/\b(30 days|90 days|24 months)\b/)
  const rules = ['records', 'short-lived'].map((name) => `db/privacy/retention-rules/${name}.ts`)
  const sources = [...rules, 'db/privacy/terms.ts']
  expect(found.toSorted()).toEqual([...sources, ...Object.keys(otherSpans)].toSorted())
})

it('a code of Meta or TikTok that the code decides by is written once', () => {
  const platforms = files.filter((file) => file.startsWith('platforms/'))
  for (const code of [metaCodes.invalidToken, metaCodes.equalText, metaCodes.restricted])
    expect([code, filesWith(new RegExp(`\\b${code}\\b`), platforms)]).toEqual([
      code,
      ['platforms/graph/error-rows/codes.ts'],
    ])
  for (const code of Object.values(tiktokCodes))
    expect([code, filesWith(new RegExp(`'${code}'|\\b${code}:`), platforms)]).toEqual([
      code,
      ['platforms/tiktok/errors.ts'],
    ])
})
