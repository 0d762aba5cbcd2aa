import { describe, expect, it } from 'vitest'
import type { ErrorKind } from '../../../platforms/errors.ts'
import {
  type Effect,
  errorIn,
  errorOfSubcode,
  errorRows,
  findRow,
  unreadable,
} from '../../../platforms/graph/errors.ts'
import type { JsonRecord } from '../../../platforms/json.ts'

const calm = { percent: 0, regainMs: null }
const shape = (
  error: JsonRecord,
  effect: Effect = 'repeatable',
  usage: { percent: number; regainMs: number | null } = calm,
) => {
  const shaped = errorIn(
    { error: { message: 'm', type: 'OAuthException', fbtrace_id: 'T1', ...error } },
    effect,
    usage,
  )
  if (!shaped) throw new Error('no error was found')
  return shaped.problem
}

/** Every code in the reference: its kind for a repeatable call and for a publishing call. */
const table: [code: number, subcode: number | null, repeatable: ErrorKind, send: ErrorKind][] = [
  [1, null, 'unavailable', 'unknown_outcome'],
  [2, null, 'unavailable', 'unknown_outcome'],
  [3, null, 'rejected', 'rejected'],
  [4, null, 'rate_limited', 'rate_limited'],
  [4, 2207051, 'rate_limited', 'unknown_outcome'],
  [10, null, 'permission', 'permission'],
  [17, null, 'rate_limited', 'rate_limited'],
  [20, 1772107, 'unavailable', 'unknown_outcome'],
  [32, null, 'rate_limited', 'rate_limited'],
  [100, null, 'rejected', 'rejected'],
  [100, 33, 'rejected', 'rejected'],
  [100, 36007, 'reauthorize', 'reauthorize'],
  [100, 36008, 'rejected', 'rejected'],
  [100, 36009, 'reauthorize', 'reauthorize'],
  [101, null, 'rejected', 'rejected'],
  [102, null, 'reauthorize', 'reauthorize'],
  [104, null, 'rejected', 'rejected'],
  ...[null, 458, 459, 460, 463, 464, 467, 490, 492, 999].map(
    (sub) =>
      [190, sub, 'reauthorize', 'reauthorize'] as [number, number | null, ErrorKind, ErrorKind],
  ),
  [197, null, 'rejected', 'rejected'],
  [200, null, 'permission', 'permission'],
  [240, null, 'permission', 'permission'],
  [299, null, 'permission', 'permission'],
  [210, null, 'permission', 'permission'],
  [283, null, 'permission', 'permission'],
  [324, null, 'rejected', 'rejected'],
  [341, null, 'rate_limited', 'rate_limited'],
  [352, 2207026, 'rejected', 'rejected'],
  [368, null, 'rate_limited', 'rate_limited'],
  [382, null, 'rejected', 'rejected'],
  [389, null, 'rejected', 'rejected'],
  [506, 1455006, 'rejected', 'unknown_outcome'],
  [613, 1996, 'rate_limited', 'rate_limited'],
  [803, null, 'rejected', 'rejected'],
  [1609005, null, 'rejected', 'rejected'],
  [1609008, null, 'rejected', 'rejected'],
  [1609010, null, 'rejected', 'rejected'],
  [2500, null, 'rejected', 'rejected'],
  [2635, null, 'rejected', 'rejected'],
  [3001, 1504028, 'rejected', 'rejected'],
  [6000, null, 'unavailable', 'unknown_outcome'],
  [6001, null, 'unavailable', 'unknown_outcome'],
  ...[80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014].map(
    (code) => [code, null, 'rate_limited', 'rate_limited'] as [number, null, ErrorKind, ErrorKind],
  ),
  [-1, 2207001, 'unavailable', 'unknown_outcome'],
  [-1, 2207032, 'unavailable', 'unknown_outcome'],
  [-1, 2207053, 'unavailable', 'unknown_outcome'],
  [-1, 2207073, 'rejected', 'rejected'],
  [-2, 2207003, 'unavailable', 'unknown_outcome'],
  [-2, 2207020, 'unavailable', 'unknown_outcome'],
  [1, 2207057, 'rejected', 'rejected'],
  [9, 2207042, 'rate_limited', 'rate_limited'],
  [24, 2207006, 'rejected', 'unknown_outcome'],
  [24, 2207008, 'unavailable', 'unavailable'],
  [25, 2207050, 'permission', 'permission'],
  ...[2207023, 2207028, 2207035, 2207036, 2207037, 2207040].map(
    (sub) => [100, sub, 'rejected', 'rejected'] as [number, number, ErrorKind, ErrorKind],
  ),
  [9004, 2207052, 'unavailable', 'unknown_outcome'],
  [9007, 2207027, 'unavailable', 'unavailable'],
  [36000, 2207004, 'rejected', 'rejected'],
  [36001, 2207005, 'rejected', 'rejected'],
  [36003, 2207009, 'rejected', 'rejected'],
  [36004, 2207010, 'rejected', 'rejected'],
  ...[2207076, 2207081, 2207082].map(
    (sub) => [-1, sub, 'rejected', 'rejected'] as [number, number, ErrorKind, ErrorKind],
  ),
  // The same codes without a subcode.
  [-1, null, 'unavailable', 'unknown_outcome'],
  [9004, null, 'unavailable', 'unknown_outcome'],
  [9007, null, 'unavailable', 'unavailable'],
  ...[352, 36000, 36001, 36003, 36004].map(
    (code) => [code, null, 'rejected', 'rejected'] as [number, null, ErrorKind, ErrorKind],
  ),
  ...[2207077, 2207085].map(
    (sub) => [-1, sub, 'unavailable', 'unknown_outcome'] as [number, number, ErrorKind, ErrorKind],
  ),
]

describe("Meta's error table", () => {
  it.each(table)(
    'reads %i/%s as %s, and as %s when it answers a publishing call',
    (code, subcode, repeatable, send) => {
      const error: JsonRecord = subcode === null ? { code } : { code, error_subcode: subcode }
      expect(shape(error).kind).toBe(repeatable)
      expect(shape(error, 'send').kind).toBe(send)
    },
  )

  const pageSubcodes = [
    1346003, 1390008, 1404006, 1404078, 1404102, 1404112, 1366046, 1366051, 1349125, 1363022,
    1363023, 1363024,
  ]
  const videoSubcodes = [
    1363025, 1363026, 1363031, 1363032, 1363040, 1363041, 1363047, 1363127, 1363128, 1363129,
    2061006, 2069019, 4854002,
  ]
  it.each([...pageSubcodes, ...videoSubcodes])(
    'knows the subcode %i whatever code it comes with',
    (subcode) => {
      expect(findRow(100, subcode)?.subcode).toBe(subcode)
      expect(findRow(1, subcode)?.subcode).toBe(subcode)
    },
  )

  it('has a test case above for every row', () => {
    const tried = [
      ...table,
      ...[...pageSubcodes, ...videoSubcodes].map((subcode): [number, number] => [100, subcode]),
    ]
    const reached = new Set(tried.map(([code, subcode]) => findRow(code, subcode)))
    const missing = errorRows
      .filter((row) => !reached.has(row))
      .map((row) => `${row.code}/${row.subcode}`)
    expect(missing).toEqual([])
  })

  it('has a message for people in every row, and no row twice', () => {
    for (const row of errorRows)
      expect(row.words, `${row.code}/${row.subcode}`).toMatch(/^[A-Z].{12,}\.$/)
    expect(new Set(errorRows.map((row) => `${row.code}/${row.subcode}`)).size).toBe(
      errorRows.length,
    )
  })

  it('never treats an unlisted code as a definite refusal of a publishing call', () => {
    expect(shape({ code: 987654 }, 'send').kind).toBe('unknown_outcome')
    expect(shape({ code: 987654 }).kind).toBe('rejected')
    expect(shape({ code: 987654, is_transient: true }).kind).toBe('unavailable')
  })

  it('keeps code, subcode and trace id, but no message', () => {
    const problem = shape({
      code: 190,
      error_subcode: 463,
      message: 'Session has expired: EAAsecret',
    })
    expect(problem).toMatchObject({ code: '190', subcode: '463', traceId: 'T1' })
    expect(JSON.stringify(problem)).not.toContain('EAAsecret')
  })

  it('reads a subcode of 0 as none', () => {
    expect(shape({ code: 200, error_subcode: 0 }).subcode).toBeNull()
  })
})

describe('messages for people', () => {
  it("are Meta's own when it refuses something and they are safe to show", () => {
    expect(
      shape({ code: 36000, error_subcode: 2207004, error_user_msg: 'Das Bild ist zu groß.' }).words,
    ).toBe('Das Bild ist zu groß.')
  })

  it.each([
    'The media could not be fetched from this URI: https://x/y.jpg',
    'Bad token EAAB1234567890abcdef',
    'Bad token IGAA1234567890abcdef',
    'Look <a href="x">here</a>',
    'access_token is wrong',
    'x'.repeat(401),
  ])('are ours when Meta quotes a URL, a token or markup: promise S3: %s', (message) => {
    expect(shape({ code: 36000, error_subcode: 2207004, error_user_msg: message }).words).toBe(
      'The picture is larger than 8 MB.',
    )
  })

  it('are ours when they say what to do about the connection', () => {
    expect(
      shape({ code: 190, error_subcode: 460, error_user_msg: 'Please log in.' }).words,
    ).toMatch(/Connect the account again/)
  })
})

describe('how long to wait', () => {
  it('comes from the usage header, or else from the table', () => {
    expect(
      shape({ code: 80002 }, 'repeatable', { percent: 100, regainMs: 19 * 60_000 }).retryAfterMs,
    ).toBe(19 * 60_000)
    expect(shape({ code: 80002 }).retryAfterMs).toBe(15 * 60_000)
    expect(shape({ code: 341 }).retryAfterMs).toBe(24 * 3_600_000)
    expect(shape({ code: 100 }).retryAfterMs).toBeNull()
  })

  it('is kept when a restricted action leaves the outcome unknown', () => {
    expect(shape({ code: 4, error_subcode: 2207051 }, 'send').retryAfterMs).toBe(4 * 3_600_000)
  })
})

describe('responses without an error envelope', () => {
  it('are unknown for a publishing call and unavailable for all others', () => {
    expect(unreadable('send', 'http_200').kind).toBe('unknown_outcome')
    expect(unreadable('repeatable', 'http_503').kind).toBe('unavailable')
    expect(errorIn({ id: '1' }, 'send', calm)).toBeNull()
    expect(errorIn({ error: { message: 'no code' } }, 'send', calm)?.kind).toBe('unknown_outcome')
  })

  it('of a container are classified by the subcode alone', () => {
    expect(errorOfSubcode(2207026, 'x').problem).toMatchObject({
      kind: 'rejected',
      code: '352',
      subcode: '2207026',
    })
    expect(errorOfSubcode(2207099, 'Something else.').problem).toMatchObject({
      kind: 'rejected',
      words: 'Something else.',
    })
    expect(errorOfSubcode(null, 'Something else.').problem.subcode).toBeNull()
  })
})
