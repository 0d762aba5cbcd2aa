import { Bits } from './bits.ts'

/** How a video stores its pictures. */
export type Pictures = {
  /** `4:2:0` for phones and the web, `4:2:2` and `4:4:4` for cameras and screens. */
  chroma: '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4'
  bitDepth: number
  interlaced: boolean
}

const chromas = ['4:0:0', '4:2:0', '4:2:2', '4:4:4'] as const

/**
 * Read from the decoder configuration: `description` is the avcC or hvcC record, `codec` the codec's
 * parameter string, such as `vp09.02.10.10.01`. Null if neither says it.
 */
export function picturesOf(codec: string, description: Uint8Array | undefined): Pictures | null {
  if (/^avc[13]/.test(codec)) return description ? ofH264(description) : null
  if (/^h[ev][vc]1/.test(codec)) return description ? ofHevc(description) : null
  if (codec.startsWith('vp8')) return { chroma: '4:2:0', bitDepth: 8, interlaced: false }
  if (codec.startsWith('vp09')) return ofVp9(codec.split('.'))
  return codec.startsWith('av01') ? ofAv1(codec.split('.')) : null
}

/** Profiles of H.264 whose parameter set has the fields of chroma and depth; all others are 4:2:0. */
const highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

/** ISO 14496-15 (avcC) and ISO 14496-10, 7.3.2.1.1. */
function ofH264(record: Uint8Array): Pictures | null {
  const view = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  if (view.length < 9 || ((view[5] ?? 0) & 0x1f) === 0) return null
  const bits = new Bits(view.subarray(8, 8 + view.readUInt16BE(6)))
  bits.read(8) // the NAL unit's header
  const profile = bits.read(8)
  bits.read(16) // constraints and level
  bits.unsigned() // id
  const { chroma, bitDepth } = highProfiles.includes(profile)
    ? highFields(bits)
    : { chroma: '4:2:0' as const, bitDepth: 8 }
  skipCounters(bits)
  bits.unsigned() // reference frames
  bits.read(1)
  bits.unsigned() // width
  bits.unsigned() // height
  const framesOnly = bits.flag()
  return { chroma, bitDepth, interlaced: !framesOnly }
}

function highFields(bits: Bits): Pick<Pictures, 'chroma' | 'bitDepth'> {
  const format = bits.unsigned()
  if (format === 3) bits.read(1)
  const bitDepth = 8 + Math.max(bits.unsigned(), bits.unsigned())
  bits.read(1)
  if (bits.flag()) {
    for (let list = 0; list < (format === 3 ? 12 : 8); list += 1)
      if (bits.flag()) skipScaling(bits, list < 6 ? 16 : 64)
  }
  return { chroma: chromas[format] ?? '4:4:4', bitDepth }
}

function skipScaling(bits: Bits, size: number): void {
  for (let at = 0, next = 8, last = 8; at < size; at += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256
    last = next === 0 ? last : next
  }
}

function skipCounters(bits: Bits): void {
  bits.unsigned() // frame number
  const order = bits.unsigned()
  if (order === 0) bits.unsigned()
  if (order !== 1) return
  bits.read(1)
  bits.signed()
  bits.signed()
  for (let rest = bits.unsigned(); rest > 0; rest -= 1) bits.signed()
}

/** ISO 14496-15, 8.3.3.1: the record repeats these fields of the parameter set. */
function ofHevc(record: Uint8Array): Pictures | null {
  if (record.length < 23) return null
  const [source = 0, format = 0, luma = 0, color = 0] = [
    record[6],
    record[16],
    record[17],
    record[18],
  ]
  const [progressive, interlaced] = [(source & 0x80) !== 0, (source & 0x40) !== 0]
  return {
    chroma: chromas[format & 3] ?? '4:2:0',
    bitDepth: 8 + Math.max(luma & 7, color & 7),
    interlaced: interlaced && !progressive,
  }
}

/** vp09.profile.level.depth.chroma; the last is left out for 4:2:0. */
function ofVp9([, , , depth = '08', subsampling = '01']: string[]): Pictures {
  const chroma =
    ({ '00': '4:2:0', '01': '4:2:0', '02': '4:2:2', '03': '4:4:4' } as const)[subsampling] ??
    '4:2:0'
  return { chroma, bitDepth: Number(depth), interlaced: false }
}

/** av01.profile.level.depth.monochrome.subsampling; the last two are left out for 4:2:0. */
function ofAv1([, , , depth = '08', monochrome = '0', subsampling = '110']: string[]): Pictures {
  const chroma =
    monochrome === '1'
      ? '4:0:0'
      : subsampling.startsWith('11')
        ? '4:2:0'
        : subsampling.startsWith('10')
          ? '4:2:2'
          : '4:4:4'
  return { chroma, bitDepth: Number(depth), interlaced: false }
}
