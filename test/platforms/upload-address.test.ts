import { expect, test } from 'vitest'
import { uploadAddress } from '../../platforms/upload-address.ts'

test('an upload address must belong to the platform: scheme, host and port', () => {
  const allowed = [
    'https://open.tiktokapis.com',
    'https://*.tiktokapis.com',
    'http://127.0.0.1:3030',
  ]
  const isAllowed = (url: string) => {
    try {
      return uploadAddress(url, allowed, 'TikTok') === url
    } catch {
      return false
    }
  }
  const good = [
    'https://open-upload.tiktokapis.com/video/?upload_id=1',
    'https://upload.us.tiktokapis.com/',
    'http://127.0.0.1:3030/tiktok-upload/video/',
  ]
  const bad = [
    ...[
      'http://open-upload.tiktokapis.com/',
      'https://open-upload.tiktokapis.com:8443/',
      'https://tiktokapis.com/',
      'https://eviltiktokapis.com/',
    ],
    ...[
      'https://open-upload.tiktokapis.com.evil.example/',
      'http://127.0.0.1:3031/',
      'http://127.0.0.1/',
      'https://127.0.0.1:3030/',
      '',
    ],
    ...[
      'https://x@open-upload.tiktokapis.com/',
      'file:///etc/passwd',
      'https://evil.example/?https://open.tiktokapis.com',
      '//open.tiktokapis.com/',
    ],
  ]
  expect(good.filter((url) => !isAllowed(url))).toEqual([])
  expect(bad.filter(isAllowed)).toEqual([])
})
