import { makeJpeg } from '../../local/media/media-files.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { advance, graph, type MediaServer, recordsInstagram } from './meta-cast.ts'

/** One metric of an answer. */
export type Insight = {
  name: string
  period: string
  values: { value: number; end_time?: string }[]
  total_value?: { value: number }
}

/** Publishes media, and reads its numbers. */
export const insightCallsOf = (
  at: () => { sandbox: Sandbox; user: string; media: MediaServer },
) => {
  const read = async (path: string, access_token: string, parameters: Record<string, unknown>) =>
    graph(at().sandbox, 'GET', path, { access_token, ...parameters })
  const values = async (
    path: string,
    access_token: string,
    parameters: Record<string, unknown>,
  ) => {
    const { body } = await read(path, access_token, parameters)
    return Object.fromEntries(
      (body.data as Insight[]).map(({ name, values, total_value }) => [
        name,
        total_value?.value ?? values[0]?.value ?? 0,
      ]),
    ) as Record<string, number>
  }
  async function publish(parameters: Record<string, unknown>): Promise<string> {
    const { body } = await graph(at().sandbox, 'POST', `/${recordsInstagram}/media`, {
      access_token: at().user,
      ...parameters,
    })
    await advance(at().sandbox, 3_000)
    const done = await graph(at().sandbox, 'POST', `/${recordsInstagram}/media_publish`, {
      access_token: at().user,
      creation_id: body.id,
    })
    return String(done.body.id)
  }
  const image = async (width = 1080, height = 1080) =>
    at().media.serve('/p.jpg', await makeJpeg({ width, height }))
  return { read, values, publish, image }
}
