import type { TestApp } from '../../support/app.ts'
import { addMedia, type PlatformName, photoForm, postIdIn } from '../../support/posts.ts'

const base = '/w/northside/posts'

/** Fields of a form, in order. */
export type Fields = [string, string][]

export const form = (fields: Fields) => new URLSearchParams(fields)

/** Posts that are scheduled, and their edit forms in open tabs. */
export const formsOf = (at: () => { test: TestApp; channels: Record<PlatformName, string> }) => {
  let count = 0
  /** Schedules a photo on two accounts, as the manager. */
  const scheduled = async (more: Fields = []) => {
    count += 1
    const media = await addMedia(
      at().test.deps,
      at().test.workspaces.northside,
      at().test.cast.manager.id,
    )
    const text = `Crate number ${count}`
    const fields = photoForm({
      channels: [at().channels.facebook, at().channels.instagram],
      media: [media],
      text,
    })
    const answer = await at().test.cast.manager.post(base, form([...fields, ...more]))
    const postId = postIdIn(answer.location)
    return { postId, media, text, path: `${base}/${postId}` }
  }
  /** The hidden fields of the edit form in an open tab. */
  const openForm = async (path: string): Promise<Fields> => {
    const page = (await at().test.cast.admin.get(`${path}/edit`)).text
    const value = (name: string) =>
      page.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1] ?? ''
    return ['version', 'left', 'zone'].map((name) => [name, value(name)])
  }
  const dueAt = async (postId: string): Promise<string> =>
    (
      await at().test.sql<{ dueAt: Date }[]>`select due_at from posts where id = ${postId}`
    )[0]!.dueAt.toISOString()
  return { scheduled, openForm, dueAt }
}
