/**
 * A minimal H.264 stream (constrained baseline): one gray key frame, then frames that repeat it.
 * Written by hand according to ITU-T H.264, 7.3, so that tests have real videos without an encoder.
 */
export type H264Stream = {
  sps: Uint8Array
  pps: Uint8Array
  keyFrame: Uint8Array
  repeatFrame(index: number): Uint8Array
}

export function grayStream(width: number, height: number): H264Stream {
  const columns = Math.ceil(width / 16)
  const rows = Math.ceil(height / 16)
  return streamOf(width, height, keySlice(columns * rows))
}

/**
 * Like `grayStream`, but shows a picture whose samples are stored uncompressed (I_PCM): `luma` and
 * the two chroma planes of half its width and height, one after the other.
 */
export function stillStream(width: number, height: number, i420: Uint8Array): H264Stream {
  if (width % 16 || height % 16) throw new Error('the sides of a still must be multiples of 16')
  return streamOf(width, height, samplesSlice(width, height, i420))
}

function streamOf(width: number, height: number, key: Bits): H264Stream {
  const columns = Math.ceil(width / 16)
  const rows = Math.ceil(height / 16)
  return {
    sps: nal(0x67, sequenceParameters(width, height, columns, rows)),
    pps: nal(0x68, pictureParameters()),
    keyFrame: nal(0x65, key),
    repeatFrame: (index) => nal(0x41, skipSlice(index, columns * rows)),
  }
}

/** level_idc for a frame size: 3.1, 4.0 or 5.1. */
export const levelOf = (width: number, height: number): number =>
  width * height <= 1280 * 720 ? 31 : width * height <= 2048 * 1024 ? 40 : 51

function sequenceParameters(width: number, height: number, columns: number, rows: number): Bits {
  const bits = new Bits()
  bits.fixed(66, 8).fixed(0xc0, 8).fixed(levelOf(width, height), 8)
  bits.golomb(0) // seq_parameter_set_id
  bits.golomb(0) // log2_max_frame_num_minus4
  bits.golomb(2) // pic_order_cnt_type: displayed in decoding order
  bits.golomb(1) // max_num_ref_frames
  bits.fixed(0, 1) // gaps_in_frame_num_value_allowed_flag
  bits.golomb(columns - 1).golomb(rows - 1)
  bits.fixed(1, 1) // frame_mbs_only_flag
  bits.fixed(1, 1) // direct_8x8_inference_flag
  const right = (columns * 16 - width) / 2
  const bottom = (rows * 16 - height) / 2
  bits.fixed(right || bottom ? 1 : 0, 1)
  if (right || bottom) bits.golomb(0).golomb(right).golomb(0).golomb(bottom)
  bits.fixed(0, 1) // vui_parameters_present_flag
  return bits
}

function pictureParameters(): Bits {
  const bits = new Bits()
  bits.golomb(0).golomb(0) // pic_parameter_set_id, seq_parameter_set_id
  bits.fixed(0, 1) // entropy_coding_mode_flag: CAVLC
  bits.fixed(0, 1) // bottom_field_pic_order_in_frame_present_flag
  bits.golomb(0) // num_slice_groups_minus1
  bits.golomb(0).golomb(0) // num_ref_idx_l0/l1_default_active_minus1
  bits.fixed(0, 1).fixed(0, 2) // weighted prediction: none
  bits.golomb(0).golomb(0).golomb(0) // pic_init_qp, pic_init_qs, chroma_qp_index_offset
  bits.fixed(1, 1) // deblocking_filter_control_present_flag
  bits.fixed(0, 1).fixed(0, 1) // constrained_intra_pred_flag, redundant_pic_cnt_present_flag
  return bits
}

function keyHeader(): Bits {
  const bits = new Bits()
  bits.golomb(0).golomb(7).golomb(0) // first_mb_in_slice, slice_type I, pic_parameter_set_id
  bits.fixed(0, 4).golomb(0) // frame_num, idr_pic_id
  bits.fixed(0, 1).fixed(0, 1) // dec_ref_pic_marking
  bits.golomb(0).golomb(1) // slice_qp_delta, disable_deblocking_filter_idc
  return bits
}

/** An I slice whose macroblocks contain raw samples. */
function samplesSlice(width: number, height: number, i420: Uint8Array): Bits {
  const bits = keyHeader()
  const planes = [
    { at: 0, stride: width, side: 16 },
    { at: width * height, stride: width / 2, side: 8 },
    { at: (width * height * 5) / 4, stride: width / 2, side: 8 },
  ]
  for (let row = 0; row < height / 16; row++) {
    for (let column = 0; column < width / 16; column++) {
      bits.golomb(25).align() // mb_type I_PCM, pcm_alignment_zero_bit
      for (const { at, stride, side } of planes) {
        for (let line = 0; line < side; line++) {
          const from = at + (row * side + line) * stride + column * side
          bits.bytes(i420.subarray(from, from + side))
        }
      }
    }
  }
  return bits
}

/**
 * An I slice where each macroblock is predicted from its neighbors without a residual: all gray.
 */
function keySlice(macroblocks: number): Bits {
  const bits = keyHeader()
  for (let macroblock = 0; macroblock < macroblocks; macroblock++) {
    bits.golomb(3) // mb_type I_16x16, prediction DC, no residual
    bits.golomb(0).golomb(0) // intra_chroma_pred_mode DC, mb_qp_delta
    bits.fixed(1, 1) // coeff_token: no luma DC coefficients
  }
  return bits
}

/** A P slice that skips every macroblock and so repeats the previous frame. */
function skipSlice(index: number, macroblocks: number): Bits {
  const bits = new Bits()
  bits.golomb(0).golomb(5).golomb(0) // first_mb_in_slice, slice_type P, pic_parameter_set_id
  bits.fixed(index % 16, 4) // frame_num
  bits.fixed(0, 1).fixed(0, 1).fixed(0, 1) // no override of references, no reordering, sliding window
  bits.golomb(0).golomb(1) // slice_qp_delta, disable_deblocking_filter_idc
  bits.golomb(macroblocks) // mb_skip_run
  return bits
}

/**
 * A NAL unit: header byte, payload with trailing bits, and emulation prevention (00 00 0x becomes
 * 00 00 03 0x).
 */
function nal(header: number, bits: Bits): Uint8Array {
  const bytes = [header]
  let zeros = 0
  for (const byte of bits.finish()) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3)
      zeros = 0
    }
    bytes.push(byte)
    zeros = byte === 0 ? zeros + 1 : 0
  }
  return Uint8Array.from(bytes)
}

class Bits {
  private readonly written: number[] = []
  private current = 0
  private used = 0

  fixed(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.current = (this.current << 1) | ((value >>> bit) & 1)
      this.used += 1
      if (this.used === 8) {
        this.written.push(this.current)
        this.current = 0
        this.used = 0
      }
    }
    return this
  }

  align(): this {
    while (this.used > 0) this.fixed(0, 1)
    return this
  }

  /** Whole bytes. Call `align` first. */
  bytes(values: Uint8Array): this {
    for (const value of values) this.written.push(value)
    return this
  }

  /** ue(v): Exp-Golomb. */
  golomb(value: number): this {
    const length = Math.floor(Math.log2(value + 1))
    return this.fixed(0, length).fixed(value + 1, length + 1)
  }

  /** rbsp_trailing_bits. */
  finish(): number[] {
    this.fixed(1, 1).align()
    return this.written
  }
}
