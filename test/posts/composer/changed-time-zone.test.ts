import { beforeAll, describe, expect, it } from 'vitest'
import { changeWorkspace } from '../../../db/people/workspaces.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { connectAll, type PlatformName, photoForm } from '../../support/posts.ts'
import { form, formsOf } from './open-forms.ts'

let test: TestApp
let channels: Record<PlatformName, string>

const { scheduled, openForm, dueAt } = formsOf(() => ({ test, channels }))

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

describe('when the time zone of the workspace changes while a form is open', () => {
  const setZone = (zone: string) =>
    changeWorkspace(
      test.sql,
      test.workspaces.northside,
      { name: 'Northside Records', zone, missedAfterHours: 6 },
      new Date(),
    )

  it('an edit keeps its time, because the form is read in the time zone it showed', async () => {
    const { postId, media, path } = await scheduled()
    const hidden = await openForm(path)
    await setZone('Asia/Tokyo')
    try {
      const typed = photoForm({
        channels: [channels.facebook],
        media: [media],
        text: 'A typo, corrected',
      })
      const saved = await test.cast.admin.post(path, form([...hidden, ...typed]))
      expect(saved.status).toBe(303)
      expect(await dueAt(postId)).toBe('2099-11-26T09:00:00.000Z')
      const refused = await test.cast.admin.post(
        path,
        form([...hidden, ...typed, ['channel', 'none'], ['time', '']]),
      )
      expect(refused.text).toContain('in Europe/Zurich')
      expect(refused.text).toContain('name="zone" value="Europe/Zurich"')
    } finally {
      await setZone('Europe/Zurich')
    }
  })

  it('the Move form and a drag on the calendar keep theirs too', async () => {
    const { postId, path } = await scheduled()
    const page = (await test.cast.admin.get(`${path}/move`)).text
    const zone = page.match(/name="zone" value="([^"]*)"/)?.[1] ?? ''
    const calendar = (await test.cast.admin.get('/w/northside/calendar?at=2099-11')).text
    expect(calendar).toContain('data-zone="Europe/Zurich"')
    await setZone('Asia/Tokyo')
    try {
      await test.cast.admin.post(`${path}/move`, { time: '2099-11-27T10:00', zone })
      expect(await dueAt(postId)).toBe('2099-11-27T09:00:00.000Z')
      const refused = await test.cast.admin.post(`${path}/move`, { time: '2020-01-01T10:00', zone })
      expect(refused.text).toContain('name="zone" value="Europe/Zurich"')
    } finally {
      await setZone('Europe/Zurich')
    }
  })

  it('an unknown time zone in the form is ignored', async () => {
    const { postId, path } = await scheduled()
    await test.cast.admin.post(`${path}/move`, { time: '2099-11-27T10:00', zone: 'Mars/Olympus' })
    expect(await dueAt(postId)).toBe('2099-11-27T09:00:00.000Z')
  })
})
