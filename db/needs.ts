import type { Db } from './connect.ts'

/** One thing that only a person can put right: what it is, what waits for it, and where. */
export type Need = {
  /** "Instagram needs you" */
  title: string
  /** "Facebook ended the connection. Three posts wait for it; the first goes out tomorrow 09:00." */
  words: string
  /** Path below the workspace: `/channels` */
  path: string
  /** Words of the button: "Reconnect" */
  action: string
}

/** Connected accounts that have stopped working, the longest first. */
export const listNeeds = async (sql: Db, workspaceId: string): Promise<Need[]> => {
  const rows = await sql`
    select name from channels where workspace_id = ${workspaceId} and state = 'reconnect' order by connected_at, id`
  return rows.map((row) => ({
    title: `${row.name} needs to be reconnected`,
    words: 'Its platform ended the connection. Nothing can be sent to it until then.',
    path: '/channels',
    action: 'Reconnect',
  }))
}
