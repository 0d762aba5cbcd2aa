import { beforeAll, describe, expect, it } from 'vitest'
import { withLinks, withoutTags, withTags } from '../../../web/posts/links/tags.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { postIdIn } from '../../support/posts.ts'

const tags = { source: 'instagram', medium: '', campaign: 'winter sale' }
const added = 'utm_source=instagram&utm_campaign=winter%20sale'

describe('campaign tags', () => {
  it('are added once, keep everything else of the address, and can be removed', () => {
    for (const [address, wanted] of [
      ['https://northside.example', `https://northside.example?${added}`],
      [
        'https://northside.example/?a=%20b&c#top',
        `https://northside.example/?a=%20b&c&${added}#top`,
      ],
      ['https://northside.example/?a?b#x?y#z', `https://northside.example/?a?b&${added}#x?y#z`],
    ] as const) {
      expect(withTags(address, tags)).toBe(wanted)
      expect(withTags(wanted, tags)).toBe(wanted)
      expect(withoutTags(wanted)).toBe(address)
    }
    for (const untagged of ['https://northside.example/?', 'https://northside.example/?a&&b&#top'])
      expect(withoutTags(untagged)).toBe(untagged)
    const other = 'https://northside.example/?UTM_Source=mail&utm_content=top&utm_medium=email'
    expect(withTags(other, tags)).toBe(`https://northside.example/?utm_content=top&${added}`)
  })

  it('are added to the links of a text, and can be removed from it whatever they end with', () => {
    const text =
      'Look (https://northside.example/gift), ada@northside.example. www.northside.example!'
    const campaign = { ...tags, campaign: 'now (v1).' }
    const to = withLinks(text, (address) => withTags(address, campaign))
    expect(to).toBe(
      'Look (https://northside.example/gift?utm_source=instagram&utm_campaign=now%20%28v1%29%2E), ada@northside.example. www.northside.example?utm_source=instagram&utm_campaign=now%20%28v1%29%2E!',
    )
    expect(withLinks(to, withoutTags)).toBe(text)
  })
})

describe('the composer', () => {
  let test: TestApp
  const base = '/w/northside/posts'
  beforeAll(async () => {
    test = await createTestApp()
  })
  const send = (path: string, fields: Record<string, string>, script = false) =>
    test.cast.manager.post(
      path,
      new URLSearchParams(fields),
      script ? { 'HX-Request-Type': 'partial' } : {},
    )
  const typed = {
    text: 'Gifts: https://northside.example/gift',
    'variant.facebook': 'No link',
    link: 'https://northside.example',
    act: 'tag',
    'utm.source': 'instagram',
    'utm.medium': '',
    'utm.campaign': 'winter sale',
  }

  it('tags every link of a post, with a script and without, and remembers the tags if asked', async () => {
    const answer = await send(`${base}/tag-links`, typed, true)
    expect(JSON.parse(answer.text)).toEqual({
      words: 'Tags added.',
      fields: {
        text: `Gifts: https://northside.example/gift?${added}`,
        link: `https://northside.example?${added}`,
      },
    })
    const escaped = added.replace('&', '&amp;')
    const fresh = async () => (await test.cast.admin.get(`${base}/new`)).text
    expect(await fresh()).not.toContain('value="winter sale"')
    const page = await send(`${base}/tag-links`, { ...typed, 'utm.keep': 'yes' })
    expect(page.text).toContain(`>Gifts: https://northside.example/gift?${escaped}</textarea>`)
    expect(page.text).toContain('name="variant.facebook" value="No link"')
    expect(await fresh()).toContain('value="winter sale"')
    const outside = await test.cast.outsider.get('/w/elsewhere/posts/new')
    expect(outside.text).not.toContain('winter sale')
    const [event] = await test.sql`select name from events where name = 'workspace.link_tags'`
    expect(event).toBeDefined()

    const removed = await send(`${base}/tag-links`, {
      ...typed,
      text: `Gifts: https://northside.example/gift?${added}`,
      act: 'untag',
    })
    expect(removed.text).toContain('>Gifts: https://northside.example/gift</textarea>')
  })

  it('says what is missing and keeps what was typed', async () => {
    for (const [fields, words] of [
      [{ ...typed, 'utm.source': ' ' }, 'Enter a source'],
      [{ ...typed, 'utm.medium': 'x'.repeat(101) }, 'Use at most 100 characters.'],
      [{ ...typed, text: 'Nothing', link: '' }, 'no link without these tags'],
      [{ ...typed, act: 'untag' }, 'No link of this post has campaign tags.'],
    ] as const) {
      const refused = await send(`${base}/tag-links`, fields)
      expect([refused.status, refused.text.includes(words)], words).toEqual([422, true])
      expect(refused.text).toContain(`>${fields.text}</textarea>`)
      expect(refused.text).toContain('value="winter sale"')
    }
  })

  it('saves a draft and closes, duplicates it, or saves its text as a caption', async () => {
    const draft = { text: 'Five records', tab: 'all' }
    const close = await send(base, { ...draft, act: 'save:close' })
    expect(close.location).toMatch(/^\/w\/northside\/calendar\?did=/)
    const duplicate = await send(base, { ...draft, act: 'save:duplicate' })
    expect(duplicate.location).toBe(`${base}/${postIdIn(duplicate.location)}/duplicate-to`)
    for (const words of ['caption-added', 'caption-added']) {
      const saved = await send(base, { ...draft, act: 'save:caption' })
      expect(saved.location).toBe(`${base}/${postIdIn(saved.location)}/edit?said=${words}`)
    }
    const empty = await send(base, { text: '', act: 'save:caption' })
    expect(empty.location).toContain('said=caption-empty')
    const names = await test.sql<{ name: string; text: string }[]>`
      select name, text from captions order by name`
    expect(names.map(({ name, text }) => [name, text])).toEqual([
      ['Five records', 'Five records'],
      ['Five records (2)', 'Five records'],
    ])
  })
})
