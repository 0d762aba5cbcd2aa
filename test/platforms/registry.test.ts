import { describe, expect, it } from 'vitest'
import { createPlatforms, issuerModules } from '../../platforms/index.ts'
import { postMetrics } from '../../platforms/measurer.ts'
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
    for (const platform of platforms.values())
      expect(issuers.get(platform.issuer)?.platforms).toContain(platform.name)
    const ofPolicies = issuerModules.flatMap(({ policy }) =>
      policy.platforms.map(({ name, label }) => [name, label]),
    )
    expect([...platforms.values()].map(({ name, label }) => [name, label])).toEqual(ofPolicies)
  })

  it('has own metrics that no column has, for kinds that exist, and that mean the same on every platform', () => {
    const meanings = new Map<string, unknown>()
    for (const { name: platform, kinds, measure } of createPlatforms(
      testConfig(),
    ).platforms.values()) {
      const names = measure.ownMetrics.map(({ name }) => name)
      expect(new Set(names).size, platform).toBe(names.length)
      for (const { name, label, unit, acrossPosts, names: ofKinds } of measure.ownMetrics) {
        expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
        expect(postMetrics as readonly string[]).not.toContain(name)
        expect([name, kinds.some((kind) => ofKinds[kind.name] !== undefined)]).toEqual([name, true])
        const meaning = { label, unit, acrossPosts }
        expect([name, meanings.get(name) ?? meaning]).toEqual([name, meaning])
        meanings.set(name, meaning)
      }
    }
  })
})
