import { expect, test } from 'vitest'
import { readSignature } from '../../../platforms/tiktok/webhooks/webhook.ts'

const body = Buffer.from(
  String.raw`{"client_key":"sbx_client_key","event":"post.publish.complete","create_time":1760000000,"user_openid":"sbx_open_id_1","content":"{\"publish_id\":\"v_pub_file~v2-1.7600000000000000001\",\"publish_type\":\"DIRECT_PUBLISH\"}"}`,
)
const header = 't=1760000000,s=c3c4026f9329b3e918aff70225f98bbd0e8003c60018f57318bea47dd20ec5ca'

test('promise E5: an event is accepted only with TikTok’s signature over its raw bytes', () => {
  expect(readSignature('sbx_client_secret', header, body)).toBe(1_760_000_000_000)
  expect(readSignature('another_secret', header, body)).toBeNull()
  expect(
    readSignature('sbx_client_secret', header.replace('t=1760000000', 't=1760000001'), body),
  ).toBeNull()
  expect(
    readSignature('sbx_client_secret', header, Buffer.concat([body, Buffer.from(' ')])),
  ).toBeNull()
  for (const bad of [undefined, '', 't=1760000000', 's=ff', `${header}ff`]) {
    expect(readSignature('sbx_client_secret', bad, body)).toBeNull()
  }
})
