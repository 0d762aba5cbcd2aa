import { resolve } from 'node:path'
import { close, connect } from '../db/postgres/connect.ts'
import { createMediaStore } from '../media/create-store.ts'
import { restoreBackup } from './backup/restore.ts'
import { configOfCommand, runCommand } from './command.ts'

await runCommand('restore', (command) =>
  command
    .description(
      'Fills an empty database and media store from a backup, before the other programs start.',
    )
    .argument('<folder>', 'the folder of one backup')
    .option(
      '--erased <path>',
      'what was deleted since: the media folder of the lost installation, or the list in it',
    )
    .action(async (folder, { erased }: { erased?: string }) => {
      const config = await configOfCommand()
      const sql = connect({
        ...config.database.direct,
        max: 2,
        applicationName: 'cratesocial restore',
      })
      try {
        const mediaStore = await createMediaStore(config.media)
        const deps = { sql, mediaStore, vaultKeys: config.vaultKeys, now: Date.now }
        const restored = await restoreBackup(
          deps,
          resolve(folder),
          erased === undefined ? undefined : resolve(erased),
        )
        console.log(JSON.stringify({ restored: folder, ...restored }))
        if (restored.deletedAgain.users > 0) console.log(deletedWords(restored.deletedAgain.users))
        if (restored.heldBack > 0) console.log(heldBackWords(restored.heldBack))
      } finally {
        await close(sql)
      }
    }),
)

function deletedWords(count: number): string {
  const who = count === 1 ? '1 person had' : `${count} people had`
  return `${who} been deleted since the backup was made. They are locked out, and deleted again when the worker starts.`
}

function heldBackWords(count: number): string {
  return count === 1
    ? '1 post was due after the backup was made and may be published already. It is on hold until an admin decides.'
    : `${count} posts were due after the backup was made and may be published already. They are on hold until an admin decides.`
}
