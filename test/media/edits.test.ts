import { describe, expect, it } from 'vitest'
import {
  canonicalEdits,
  type Edits,
  editsFault,
  factsAfterEdits,
  keptPart,
  keptTime,
  readEdits,
} from '../../media/edits.ts'

const picture = {
  kind: 'image' as const,
  width: 4_000,
  height: 2_250,
  durationMs: null,
  sizeBytes: 900_000,
}
const video = {
  kind: 'video' as const,
  width: 1_080,
  height: 1_920,
  durationMs: 58_000,
  sizeBytes: 58_000_000,
}
const crop = (x: number, y: number, width: number, height: number): Edits => ({
  crop: { x, y, width, height },
})

describe('the text of edits', () => {
  it.each([
    { crop: { x: 0.275, y: 0, width: 0.45, height: 1 } },
    { rotate: 90 as const },
    { trim: { startMs: 1_500, endMs: 20_000 } },
    {
      crop: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 },
      rotate: 270 as const,
      trim: { startMs: 0, endMs: 1_000 },
    },
  ])('is read back as it was written: %j', (edits) => {
    expect(readEdits(canonicalEdits(edits))).toEqual(edits)
  })

  it('is the same for the same edits, in whichever order they were given', () => {
    const one = readEdits('{"rotate":90,"crop":{"height":0.5,"width":0.5,"y":0,"x":0}}')
    const other = readEdits('{"crop":{"x":0,"y":0,"width":0.5,"height":0.5000000001},"rotate":90}')
    if (one === 'invalid' || other === 'invalid') throw new Error('both are valid')
    expect(canonicalEdits(one)).toBe(canonicalEdits(other))
    expect(canonicalEdits(one)).toBe('{"crop":{"x":0,"y":0,"width":0.5,"height":0.5},"rotate":90}')
  })

  it.each(['', '{}', '{"rotate":0}', '{"crop":{"x":0,"y":0,"width":1,"height":1}}'])(
    'says that nothing is changed: %s',
    (text) => {
      expect(readEdits(text)).toBeNull()
      expect(canonicalEdits({ rotate: 0 })).toBe('')
    },
  )

  it.each([
    'null',
    '[]',
    '7',
    '{',
    '{"crop":null}',
    '{"crop":{"x":NaN,"y":0,"width":1,"height":1}}',
    '{"crop":{"x":null,"y":0,"width":1,"height":1}}',
    '{"crop":{"x":"0","y":0,"width":0.5,"height":1}}',
    '{"crop":{"x":-0.1,"y":0,"width":0.5,"height":1}}',
    '{"crop":{"x":0.6,"y":0,"width":0.5,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":1e9,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":1e999,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":0,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":0.0000001,"height":1}}',
    '{"crop":{"x":0,"y":0,"width":0.5}}',
    '{"crop":{"x":0,"y":0,"width":0.5,"height":1,"z":1}}',
    '{"rotate":45}',
    '{"rotate":"90"}',
    '{"trim":{"startMs":-1,"endMs":5000}}',
    '{"trim":{"startMs":0.5,"endMs":5000}}',
    '{"trim":{"startMs":0,"endMs":999}}',
    '{"trim":{"startMs":5000,"endMs":1000}}',
    '{"trim":{"startMs":0,"endMs":1000000000}}',
    '{"filter":"sepia"}',
    '{"__proto__":{"rotate":90}}',
    `{"crop":${'['.repeat(100_000)}`,
    `{"rotate":90${' '.repeat(300)}}`,
  ])('is refused unless this product could have written it: %.80s', (text) => {
    expect(readEdits(text)).toBe('invalid')
  })
})

describe('what is left after edits', () => {
  it('has exactly the ratio that was chosen', () => {
    expect(keptPart(picture, crop(0.275, 0, 0.45, 1))).toEqual({
      left: 1_100,
      top: 0,
      width: 1_800,
      height: 2_250,
    })
  })

  it('is measured on the rotated picture', () => {
    expect(keptPart(picture, { rotate: 90 })).toEqual({
      left: 0,
      top: 0,
      width: 2_250,
      height: 4_000,
    })
    const edits: Edits = { rotate: 270, crop: { x: 0, y: 0.5, width: 1, height: 0.5 } }
    expect(keptPart(picture, edits)).toEqual({ left: 0, top: 2_000, width: 2_250, height: 2_000 })
    expect(keptPart(picture, { rotate: 180 })).toEqual({
      left: 0,
      top: 0,
      width: 4_000,
      height: 2_250,
    })
  })

  it('never reaches over the edge and always has even numbers in a video', () => {
    for (let step = 1; step < 200; step += 7) {
      const edits = crop(1 - step / 200, step / 401, step / 200, step / 303)
      const { left, top, width, height } = keptPart(
        { ...video, width: 1_079, height: 1_919 },
        edits,
      )
      expect([left % 2, top % 2, width % 2, height % 2]).toEqual([0, 0, 0, 0])
      expect(width).toBeGreaterThan(0)
      expect(left + width).toBeLessThanOrEqual(1_079)
      expect(top + height).toBeLessThanOrEqual(1_919)
    }
  })

  it('lasts from the start to the end that were chosen, within the video', () => {
    expect(keptTime(video, { trim: { startMs: 4_000, endMs: 14_000 } })).toEqual({
      startMs: 4_000,
      endMs: 14_000,
    })
    expect(keptTime(video, { trim: { startMs: 4_000, endMs: 90_000 } })).toEqual({
      startMs: 4_000,
      endMs: 58_000,
    })
    expect(keptTime(video, null)).toBeNull()
    expect(keptTime(picture, { trim: { startMs: 0, endMs: 2_000 } })).toBeNull()
  })

  it('has its own facts, by which platforms judge it', () => {
    expect(factsAfterEdits(picture, null)).toBe(picture)
    expect(factsAfterEdits(picture, crop(0, 0, 0.5, 1))).toEqual({ ...picture, width: 2_000 })
    const trimmed = factsAfterEdits(video, { rotate: 90, trim: { startMs: 4_000, endMs: 14_000 } })
    expect(trimmed).toEqual({
      ...video,
      width: 1_920,
      height: 1_080,
      durationMs: 10_000,
      sizeBytes: 10_000_000,
    })
  })

  it('must be large and long enough for the file', () => {
    expect(editsFault(picture, crop(0, 0, 0.01, 1))).toContain('at least 64 pixels')
    expect(editsFault(picture, crop(0, 0, 0.016, 1))).toBeNull()
    expect(editsFault({ ...picture, width: 40, height: 40 }, { rotate: 90 })).toBeNull()
    expect(editsFault(picture, { trim: { startMs: 0, endMs: 2_000 } })).toContain(
      'can’t be trimmed',
    )
    expect(editsFault(video, { trim: { startMs: 0, endMs: 58_000 } })).toBeNull()
    expect(editsFault(video, { trim: { startMs: 57_500, endMs: 58_600 } })).toContain(
      'within the video',
    )
    expect(editsFault(video, null)).toBeNull()
  })
})
