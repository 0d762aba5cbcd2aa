import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { describe, expect, test } from 'vitest'
import { roomIn } from '../../../web/posts/composer/room.ts'

const eta = new Eta({
  views: fileURLToPath(new URL('../../../platforms/', import.meta.url)),
  autoEscape: true,
})
const account = {
  nickname: 'Crate <Demo>',
  username: 'crate.demo',
  privacyOptions: ['PUBLIC_TO_EVERYONE', 'SELF_ONLY'],
  commentDisabled: false,
  duetDisabled: false,
  stitchDisabled: true,
  maxDurationSec: 600,
  blocked: null,
}
const form = (over: Record<string, unknown> = {}) =>
  eta
    .render('./tiktok/fields.eta', {
      channel: { id: 'c1', name: 'Crate Demo', handle: 'crate.demo' },
      kind: 'video',
      values: {},
      faults: {},
      limits: { photo_title: 90 },
      count: String,
      room: roomIn,
      account,
      ...over,
    })
    .replace(/\s+/g, ' ')

describe('promise D7: the form that TikTok requires', () => {
  test('names the creator, offers what TikTok offers, and preselects nothing', () => {
    const html = form()
    expect(html).toContain('Posting to Crate &lt;Demo&gt; (@crate.demo)')
    expect([...html.matchAll(/<option value="([^"]*)"/g)].map((found) => found[1])).toEqual([
      '',
      'PUBLIC_TO_EVERYONE',
      'SELF_ONLY',
    ])
    expect(html).not.toMatch(/ checked| selected/)
  })
  test('disables what the creator turned off, and shows only comments for photos', () => {
    expect(form()).toMatch(/name="c1\.allow_stitch" disabled/)
    expect(form()).not.toMatch(/name="c1\.allow_duet" disabled/)
    const photos = form({ kind: 'photos' })
    expect(photos).toContain('c1.allow_comment')
    expect(photos).not.toMatch(/allow_duet|allow_stitch|cover_second/)
  })
  test('restores choices from the form or from stored settings', () => {
    const html = form({
      values: {
        privacy_level: 'SELF_ONLY',
        allow_comment: 'on',
        is_aigc: 'true',
        allow_duet: 'false',
      },
    })
    expect(html).toMatch(/value="SELF_ONLY" selected/)
    expect(html).toMatch(/name="c1\.allow_comment" checked/)
    expect(html).toMatch(/name="c1\.is_aigc" checked/)
    expect(html).not.toMatch(/name="c1\.allow_duet" checked/)
  })
  test('contains the required sentences word for word, with their links', () => {
    const text = form().replace(/<[^>]+>/g, '')
    expect(text).toContain("By posting, you agree to TikTok's Music Usage Confirmation")
    expect(text).toContain(
      "By posting, you agree to TikTok's Branded Content Policy and Music Usage Confirmation.",
    )
    expect(text).toContain(
      'You need to indicate if your content promotes yourself, a third party, or both.',
    )
    expect(text).toContain('Branded content visibility cannot be set to private.')
    expect(text).toContain("Your video will be labeled as 'Promotional content'")
    expect(form({ kind: 'photos' })).toContain("Your photo will be labeled as 'Paid partnership'")
    expect(form()).toContain('href="https://www.tiktok.com/legal/page/global/bc-policy/en"')
    expect(form()).toContain(
      'href="https://www.tiktok.com/legal/page/global/music-usage-confirmation/en"',
    )
  })
  test('“Only me” and branded content disable each other', () => {
    const branded = form({
      values: { disclose: 'on', branded_content: 'on', privacy_level: 'PUBLIC_TO_EVERYONE' },
    })
    expect(branded).toMatch(
      /value="SELF_ONLY" disabled title="Branded content visibility cannot be set to private\."/,
    )
    expect(form({ values: { privacy_level: 'SELF_ONLY' } })).toMatch(
      /name="c1\.branded_content" disabled/,
    )
    expect(form()).not.toMatch(/value="SELF_ONLY" disabled|branded_content" disabled/)
    const both = form({
      values: { disclose: 'on', branded_content: 'on', privacy_level: 'SELF_ONLY' },
    })
    expect(both).toMatch(/value="SELF_ONLY" selected/)
    expect(both).toMatch(/name="c1\.branded_content" checked/)
  })
  test('uses no scripts and no inline styles', () => {
    expect(form()).not.toMatch(/<script|style=|onclick/)
  })
  test('says when an account is blocked or could not be checked', () => {
    expect(form({ account: { blocked: 'Not now.' } })).toContain('Not now.')
    const unasked = form({ account: null, values: { privacy_level: 'SELF_ONLY' } })
    expect(unasked).toContain('We couldn’t ask TikTok what this account can post')
    expect(unasked).toMatch(/value="SELF_ONLY" selected/)
  })
  test('shows an error beside its field, which is marked and described by it', () => {
    const html = form({ faults: { privacy_level: 'Choose who can see the post.' } })
    expect(html).toMatch(
      /class="audience" aria-invalid="true" aria-describedby="c1\.privacy_level\.fault"/,
    )
    expect(html).toMatch(
      /<\/select> <p class="error" id="c1\.privacy_level\.fault">Choose who can see the post\.<\/p>/,
    )
    expect(form()).not.toContain('.fault')
  })
  test('can show an error beside every field', () => {
    const fields = [
      'inbox',
      'privacy_level',
      'allow_comment',
      'allow_duet',
      'allow_stitch',
      'disclose',
      'cover_second',
      'consent',
    ]
    const photoFields = ['photo_title', 'cover_photo']
    const faults = Object.fromEntries(
      [...fields, ...photoFields].map((name) => [name, `Wrong: ${name}`]),
    )
    for (const name of fields)
      expect(form({ faults })).toContain(`id="c1.${name}.fault">Wrong: ${name}<`)
    for (const name of photoFields)
      expect(form({ kind: 'photos', faults })).toContain(`id="c1.${name}.fault">Wrong: ${name}<`)
  })
})
