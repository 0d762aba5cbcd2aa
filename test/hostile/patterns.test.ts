import { check } from 'recheck'
import { describe, expect, it } from 'vitest'
import { isUnfitForAddress } from '../../text/clean-text.ts'
import { email, personName, slug, workspaceName, zone } from '../../web/http/forms/fields.ts'
import { hostileTexts, msOf } from './hostile-texts.ts'
import { findPatterns } from './pattern-literals.ts'

const { patterns, made } = findPatterns()
/** Files whose patterns read only our own sources, never input. */
const ofSources = ['web/privacy/proofs.ts']
const sent = patterns.filter(({ file }) => !ofSources.includes(file))

/**
 * The analysis confirms its findings by measuring time, so it can be wrong on a busy machine. It
 * must find a problem three times.
 */
const isLinear = async (source: string, flags: string): Promise<boolean> => {
  for (let round = 0; round < 3; round++) {
    const { status } = await check(source, flags, { timeout: 300_000 })
    if (status === 'safe') return true
    if (status === 'unknown') throw new Error(`/${source}/ was not analyzed to the end`)
  }
  return false
}

describe('a hostile text', () => {
  it('is matched in linear time by every pattern of the product, according to an analysis of each', {
    timeout: 600_000,
  }, async () => {
    const unique = new Map(sent.map((pattern) => [`/${pattern.source}/${pattern.flags}`, pattern]))
    const slow: string[] = []
    for (const { file, source, flags } of unique.values())
      if (!(await isLinear(source, flags))) slow.push(`${file} ${source}`)
    expect(unique.size).toBeGreaterThan(80)
    expect(slow).toEqual([])
    expect(made).toEqual([])
  })

  it('of 500 KB is matched by every pattern of the product in less than 50 ms', {
    timeout: 300_000,
  }, () => {
    const slow = sent.flatMap(({ file, source, flags }) => {
      const pattern = new RegExp(source, flags.replace('g', ''))
      return hostileTexts().flatMap(([name, text]) =>
        msOf(() => pattern.test(text)) < 50 ? [] : [`${file} ${source}: ${name}`],
      )
    })
    expect(slow).toEqual([])
  })

  it('of 500 KB is refused by every form field for people and workspaces in less than 50 ms', () => {
    for (const [field, schema] of Object.entries({ email, personName, slug, workspaceName, zone }))
      for (const [name, text] of hostileTexts()) {
        const ms = msOf(() =>
          expect([field, name, schema.safeParse(text).success]).toEqual([field, name, false]),
        )
        expect([field, name, ms < 50 || ms]).toEqual([field, name, true])
      }
    expect(msOf(() => isUnfitForAddress('a'.repeat(500_000)))).toBeLessThan(50)
  })
})

describe('an email address', () => {
  const read = (given: string) => email.safeParse(given)

  it('is accepted as people write it, and stored in lower case with the domain in ASCII', () => {
    expect(read(' Ada.Admin+van@Example.co.uk ').data).toBe('ada.admin+van@example.co.uk')
    expect(read("o'neil@sub-domain.example").data).toBe("o'neil@sub-domain.example")
    expect(read('info@müller.example').data).toBe('info@xn--mller-kva.example')
  })

  it('must be a single address: no list, display name, line break, comment or quotes', () => {
    const refused = [
      'a@b',
      'a@b.',
      '@b.com',
      'a@@b.com',
      'a@b.com,c@d.com',
      'a@b.com;c@d.com',
      'Ada <a@b.com>',
      '<a@b.com>',
    ]
    const more = [
      'a@b.com\r\nBcc: c@d.com',
      'a b@c.com',
      '"a b"@c.com',
      'a(c)@b.com',
      'a@[127.0.0.1]',
      'a@-b.com',
      'a@b..com',
    ]
    for (const given of [
      ...refused,
      ...more,
      `${'a'.repeat(65)}@b.com`,
      `a@${'b'.repeat(64)}.com`,
      `a@${'b.'.repeat(200)}com`,
    ])
      expect([given, read(given).success]).toEqual([given, false])
  })
})
