import type { JsonRecord } from '../../platforms/json.ts'
/** A JSON array in chunks. */
export const jsonParts = async function* (batches: AsyncIterable<JsonRecord[]>) {
  let before = '[\n'
  for await (const rows of batches)
    for (const row of rows) {
      yield `${before}${JSON.stringify(row)}`
      before = ',\n'
    }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}
