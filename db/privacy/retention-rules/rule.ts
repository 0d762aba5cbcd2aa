/** Deletes rows of `table` once `keep` has passed since `began` (SQL; null: not begun yet). */
export type Rule = {
  name: string
  /** The id in promises.md, if the promise is public. */
  promise?: string
  /** For the policy: "Uploaded media". */
  what: string
  /** An SQL interval. The policy prints it as it is. */
  keep: string
  /** For the policy: "after …". */
  after: string
  table: string
  began: string
  /**
   * For tables that grow: an SQL time in UTC that has an index and is never later than `began`, and
   * which rows that index has. `began` is null for all other rows.
   */
  index?: { at: string; where?: string }
  /** How rows are deleted: for example, `media` deletes files first, `month` whole partitions. */
  goes:
    | 'row'
    | 'month'
    | 'media'
    | 'export'
    | 'erasure'
    | 'platform'
    | 'revocation'
    | 'handles'
    | 'ages'
  /** The singular noun for what is counted, such as "file". */
  one: string
}

/** A rule that deletes rows of the table of its name. */
export const row = (
  name: string,
  what: string,
  keep: string,
  after: string,
  began: string,
  one: string,
  promise?: string,
): Rule => ({
  name,
  what,
  keep,
  after,
  began,
  one,
  table: name,
  goes: 'row',
  ...(promise ? { promise } : {}),
})

/** An index on this, unlike one on the column itself, is never chosen for the list of a page. */
export const utc = (column: string): string => `(${column} at time zone 'UTC')`

/** A rule of a table that grows. */
export const indexed = (column: string, rule: Rule): Rule => ({
  ...rule,
  index: { at: utc(column) },
})
