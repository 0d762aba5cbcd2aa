import { describe, expect, it } from 'vitest'
import { createPlatforms } from '../../platforms/index.ts'
import { settingsFor } from './graph/server.ts'

describe('the registry', () => {
  const tiktok = {
    clientKey: 'k',
    clientSecret: 's',
    isAudited: true,
    authUrl: 'https://t.example',
    apiUrl: 'https://t.example',
    uploadUrls: [],
    videoSource: 'FILE_UPLOAD' as const,
    siteVerifications: [],
  }
  const meta = { ...settingsFor('https://graph.example'), configId: undefined, isLive: true }

  it('holds the configured platforms by name', () => {
    const all = createPlatforms({ meta, tiktok })
    expect([...all.platforms.keys()]).toEqual(['facebook', 'instagram', 'tiktok'])
    expect([...all.issuers.keys()]).toEqual(['meta', 'tiktok'])
    const one = createPlatforms({ meta: undefined, tiktok })
    expect([[...one.platforms.keys()], [...one.issuers.keys()]]).toEqual([['tiktok'], ['tiktok']])
  })

  it('gives each platform an issuer that supports it', () => {
    const { platforms, issuers } = createPlatforms({ meta, tiktok })
    for (const platform of platforms.values()) expect(issuers.get(platform.issuer)?.platforms).toContain(platform.name)
  })
})
