import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSignedRequest } from '../../../platforms/graph/callbacks/signed-request.ts'
import { nineMs } from './server.ts'

describe('a signed request: promise E5', () => {
  const sign = (content: object, secret = 'secret-of-the-app') => {
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url')
    return `${createHmac('sha256', secret).update(payload).digest('base64url')}.${payload}`
  }
  const content = {
    algorithm: 'HMAC-SHA256',
    expires: 1795403600,
    issued_at: nineMs / 1000 - 5,
    user_id: '1020',
  }
  const read = (signed: string) => readSignedRequest(signed, 'secret-of-the-app', nineMs)

  it('is accepted when Meta signed it just now', () => {
    expect(read(sign(content))).toEqual({ userId: '1020', issuedAtMs: nineMs - 5_000 })
    expect(read(sign({ ...content, algorithm: 'hmac-sha256', expires: undefined }))).not.toBeNull()
  })

  it('is refused if it has another secret, was changed, is too old or in the future, or lacks a time, a user id or our algorithm', () => {
    const [signature, payload] = sign(content).split('.')
    const other = Buffer.from(JSON.stringify({ ...content, user_id: '9' })).toString('base64url')
    const bad = [
      sign(content, 'another'),
      `${signature}.${other}`,
      `${signature}.${payload}.x`,
      `${payload}`,
      '',
      sign({ ...content, issued_at: nineMs / 1000 - 4_000 }),
      sign({ ...content, issued_at: nineMs / 1000 + 4_000 }),
      sign({ ...content, issued_at: undefined }),
      sign({ ...content, user_id: '' }),
      sign({ ...content, algorithm: 'none' }),
    ]
    for (const signed of bad) expect(read(signed), signed).toBeNull()
  })
})
