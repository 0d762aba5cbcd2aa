import { describe, expect, it } from 'vitest'
import { createPlatforms, issuerModules } from '../../platforms/index.ts'
import { testConfig } from '../support/config.ts'

describe('the registry', () => {
  it('holds the configured platforms by name', () => {
    const all = createPlatforms(testConfig())
    expect([...all.platforms.keys()]).toEqual(['facebook', 'instagram', 'tiktok'])
    expect([...all.issuers.keys()]).toEqual(['meta', 'tiktok'])
    const one = createPlatforms(testConfig({ META_APP_ID: '', META_APP_SECRET: '' }))
    expect([[...one.platforms.keys()], [...one.issuers.keys()]]).toEqual([['tiktok'], ['tiktok']])
  })

  it('gives each platform an issuer that supports it, with the same names and labels as in the policy', () => {
    const { platforms, issuers } = createPlatforms(testConfig())
    for (const platform of platforms.values()) expect(issuers.get(platform.issuer)?.platforms).toContain(platform.name)
    const ofPolicies = issuerModules.flatMap(({ policy }) => policy.platforms.map(({ name, label }) => [name, label]))
    expect([...platforms.values()].map(({ name, label }) => [name, label])).toEqual(ofPolicies)
  })
})
