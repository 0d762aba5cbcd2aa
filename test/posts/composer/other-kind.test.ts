import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { createTestApp } from '../../support/app.ts'
import { addMedia, connectAll } from '../../support/posts.ts'

it('fields typed for one kind of post are restored after switching to another kind and back', async () => {
  const { deps, cast, workspaces } = await createTestApp()
  const { instagram: id } = await connectAll(deps, {
    workspaceId: workspaces.northside,
    userId: cast.admin.id,
  })
  const [media, gone] = [
    await addMedia(deps, workspaces.northside, cast.manager.id),
    await addMedia(deps, workspaces.northside, cast.manager.id),
  ]
  const comment = 'Tickets "below"\n<b>today</b>'
  const typed = {
    channel: id,
    media,
    [`${id}.first_comment`]: comment,
    [`${id}.collaborators`]: '@ada',
    [`${id}.tags_${gone}`]: '@ben',
  }
  const check = async (kind: string) => {
    const fields = new URLSearchParams({ ...typed, [`kind.${id}`]: kind })
    const { text } = await cast.manager.post('/w/northside/posts/check', fields)
    const field = (name: string) => parseHTML(text).document.querySelector(`[name="${id}.${name}"]`)
    return { text, field }
  }
  const story = await check('story')
  expect(story.field('first_comment')?.getAttribute('type')).toBe('hidden')
  expect(story.field('first_comment')?.getAttribute('value')).toBe(comment)
  expect(story.field('collaborators')?.getAttribute('value')).toBe('@ada')
  expect(story.text, 'people who were tagged go with their picture').not.toContain('@ben')
  expect(story.text).not.toContain('<b>today')

  const image = await check('image')
  expect(image.field('first_comment')?.tagName).toBe('TEXTAREA')
  expect(image.text).toContain('&lt;b&gt;today&lt;/b&gt;</textarea>')
  expect(image.text).not.toContain(`type="hidden" name="${id}.`)
})
