/** A client for the sandbox's control port, which gives accounts older posts and problems. */
export type SandboxControl = {
  get<T>(path: string): Promise<T>
  /** Posts JSON. @throws Error with the sandbox's message if it refuses */
  post<T>(path: string, body: unknown): Promise<T>
  /** Stores a file. Returns its SHA-256. */
  keep(bytes: Uint8Array): Promise<string>
}

export const sandboxControl = (url: string): SandboxControl => {
  const send = async <T>(path: string, init: RequestInit): Promise<T> => {
    const answer = await fetch(new URL(path, url), init)
    if (!answer.ok)
      throw new Error(`the sandbox answered ${path} with ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }
  return {
    get: (path) => send(path, { method: 'GET' }),
    post: (path, body) =>
      send(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    keep: async (bytes) =>
      (await send<{ sha256: string }>('/media', { method: 'POST', body: new Uint8Array(bytes) }))
        .sha256,
  }
}
