import { describe, expect, test } from 'vitest'
import { parseLossless } from '../../../platforms/tiktok/answers.ts'
import { problemOf } from '../../../platforms/tiktok/client.ts'
import { apiErrors, failReasons, oauthErrors } from '../../../platforms/tiktok/errors.ts'
import { needsPkce, pkceChallenge } from '../../../platforms/tiktok/pkce.ts'
import { failProblem, nextLookMs } from '../../../platforms/tiktok/status.ts'
import {
  chunkAt,
  cutInto,
  lastChunkStart,
  planChunks,
  resumeAt,
} from '../../../platforms/tiktok/upload/chunks.ts'

describe('64-bit ids', () => {
  test('an id beyond 2^53 keeps all its digits; a small number stays a number', () => {
    expect(parseLossless('{"ids":[7600000000000000123],"n":50000123,"half":0.5}')).toEqual({
      ids: ['7600000000000000123'],
      n: 50000123,
      half: 0.5,
    })
  })
})

describe('PKCE', () => {
  test('the challenge is the hex form of the SHA-256', () => {
    expect(pkceChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk-CrateSocial')).toBe(
      'ff5512844c2b5c444b6544d4c2021143838bd4bc8ed33fa617c683cb075f75ee',
    )
  })
  test('only an installation on plain-http localhost is of the type that needs it', () => {
    expect(needsPkce('http://localhost:3000/oauth/tiktok/callback')).toBe(true)
    expect(needsPkce('http://127.0.0.1:3000/oauth/tiktok/callback')).toBe(true)
    expect(needsPkce('https://crate.example/oauth/tiktok/callback')).toBe(false)
    expect(needsPkce('https://localhost/oauth/tiktok/callback')).toBe(false)
  })
})

describe('chunks', () => {
  test("TikTok's own example: 50,000,123 bytes in pieces of 10,000,000", () => {
    const plan = cutInto(50_000_123, 10_000_000)
    expect(plan.count).toBe(5)
    expect(chunkAt(plan, 0)).toEqual({ start: 0, end: 9_999_999 })
    expect(chunkAt(plan, lastChunkStart(plan))).toEqual({ start: 40_000_000, end: 50_000_122 })
  })
  test('a small file is one chunk of its own size', () => {
    expect(planChunks(4_194_304)).toEqual({
      totalBytes: 4_194_304,
      chunkBytes: 4_194_304,
      count: 1,
    })
    expect(chunkAt(planChunks(4_194_304), 0)).toEqual({ start: 0, end: 4_194_303 })
    expect(planChunks(64_000_000).count).toBe(1)
  })
  test('above 64,000,000 bytes the remainder is part of the last chunk', () => {
    const plan = planChunks(64_000_001)
    expect(plan).toEqual({ totalBytes: 64_000_001, chunkBytes: 10_000_000, count: 6 })
    const last = chunkAt(plan, lastChunkStart(plan))
    expect(last.end - last.start + 1).toBe(14_000_001)
  })
  test('the largest file stays within 1000 chunks', () => {
    expect(planChunks(4_000_000_000).count).toBe(400)
  })
  test('progress resumes at the same chunk border, whether TikTok means a count or a last index', () => {
    const plan = planChunks(64_000_001)
    expect(resumeAt(plan, 'bytes 0-19999999/64000001')).toBe(20_000_000)
    expect(resumeAt(plan, 'bytes 0-20000000/64000001')).toBe(20_000_000)
    expect(resumeAt(plan, 'bytes 0-0/64000001')).toBe(0)
    expect(resumeAt(plan, 'bytes 0-64000000/64000001')).toBe(64_000_001)
    expect(resumeAt(plan, null)).toBeNull()
  })
})

describe('error codes', () => {
  test.each([
    ['invalid_param', 'rejected'],
    ['invalid_params', 'rejected'],
    ['invalid_file_upload', 'rejected'],
    ['scope_permission_missed', 'permission'],
    ['invalid_publish_id', 'rejected'],
    ['token_not_authorized_for_specified_publish_id', 'rejected'],
    ['publish_not_cancellable', 'rejected'],
    ['app_version_check_failed', 'rejected'],
    ['access_token_invalid', 'reauthorize'],
    ['scope_not_authorized', 'permission'],
    ['spam_risk_too_many_posts', 'rejected'],
    ['spam_risk_user_banned_from_posting', 'rejected'],
    ['spam_risk_too_many_pending_share', 'rejected'],
    ['reached_active_user_cap', 'rejected'],
    ['unaudited_client_can_only_post_to_private_accounts', 'rejected'],
    ['url_ownership_unverified', 'rejected'],
    ['privacy_level_option_mismatch', 'rejected'],
    ['rate_limit_exceeded', 'rate_limited'],
    ['internal_error', 'unavailable'],
  ])('%s is %s', (code, kind) => {
    expect(apiErrors[code]?.kind).toBe(kind)
    expect(apiErrors[code]?.words).toMatch(/^[A-Z].*\.$/)
  })
  test.each([
    ['file_format_check_failed', 'rejected'],
    ['duration_check_failed', 'rejected'],
    ['frame_rate_check_failed', 'rejected'],
    ['picture_size_check_failed', 'rejected'],
    ['internal', 'unavailable'],
    ['video_pull_failed', 'unavailable'],
    ['photo_pull_failed', 'unavailable'],
    ['publish_cancelled', 'rejected'],
    ['auth_removed', 'reauthorize'],
    ['spam_risk_too_many_posts', 'rejected'],
    ['spam_risk_user_banned_from_posting', 'rejected'],
    ['spam_risk_text', 'rejected'],
    ['spam_risk', 'rejected'],
  ])('fail_reason %s is %s', (reason, kind) => {
    expect(failProblem(reason)).toMatchObject({ kind, code: reason })
    expect(failReasons[reason]?.words).toMatch(/^[A-Z].*\.$/)
  })
  test('a fail_reason outside the table ends the post and is named in the message', () => {
    expect(failProblem('brand_new')).toMatchObject({
      kind: 'rejected',
      words: 'TikTok did not publish the post (brand_new).',
    })
  })
  test.each([
    ['access_denied', 'rejected'],
    ['invalid_request', 'permission'],
    ['invalid_client', 'permission'],
    ['invalid_grant', 'reauthorize'],
    ['invalid_scope', 'permission'],
    ['unauthorized_client', 'permission'],
    ['unsupported_grant_type', 'permission'],
    ['unsupported_response_type', 'permission'],
    ['non_sandbox_target', 'permission'],
    ['server_error', 'unavailable'],
    ['temporarily_unavailable', 'unavailable'],
  ])('OAuth error %s is %s', (code, kind) => {
    expect(oauthErrors[code]?.kind).toBe(kind)
  })
  test('a rate limit waits a whole window, plus jitter', () => {
    const waits = Array.from(
      { length: 50 },
      () => problemOf('rate_limit_exceeded', '', 'read', false, null).retryAfterMs ?? 0,
    )
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(60_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(75_000)
    expect(new Set(waits).size).toBeGreaterThan(10)
  })
  test('a TikTok server error leaves the outcome unknown only for an irreversible call', () => {
    expect(problemOf('internal_error', '', 'publish', true, null).kind).toBe('unknown_outcome')
    expect(problemOf('internal_error', '', 'begin', true, null).kind).toBe('unavailable')
    expect(problemOf('internal_error', '', 'read', true, null).kind).toBe('unavailable')
  })
  test('an unknown code ends an init, but a read can be repeated', () => {
    expect(problemOf('constructor', '', 'publish', false, null).kind).toBe('rejected')
    expect(problemOf('brand_new', '', 'begin', false, null).kind).toBe('rejected')
    expect(problemOf('brand_new', '', 'read', false, null).kind).toBe('unavailable')
    expect(problemOf('brand_new', '', 'publish', true, null).kind).toBe('unknown_outcome')
  })
  test('promise S3: the message of a malformed request is shown without URLs', () => {
    const { words } = problemOf(
      'invalid_params',
      'Bad url https://m.example/x?upload_token=SECRET given',
      'begin',
      false,
      null,
    )
    expect(words).toBe('TikTok did not accept the request. It says: Bad url … given')
  })
})

test('the status is requested at 3, 5, 10, 20 s, then every 30 s to 10 min, then every 5 min', () => {
  const looks: number[] = []
  for (let at = 0; looks.length < 26; at += (looks.at(-1) ?? 0) * 1000)
    looks.push(nextLookMs(at) / 1000)
  expect(looks.slice(0, 6)).toEqual([3, 5, 10, 20, 30, 30])
  expect(looks.at(-1)).toBe(300)
})
