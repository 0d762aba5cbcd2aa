import type { TargetToSchedule } from '../../db/posts/target-moves.ts'
import { targetContent } from '../../posting/channel-draft.ts'
import type { ToJudge } from './composer.ts'
import type { Plan } from './when/plan.ts'

/** Accounts that the post was sent to keep their time. All others have one in the plan. */
export const targetsOf = (composer: ToJudge, plan: Plan): TargetToSchedule[] =>
  composer.channels
    .filter((one) => one.chosen)
    .map((one) => ({
      ...targetContent(one.channel, one),
      ...(plan.get(one.channel.id) ?? { dueAt: sentAt(composer, one.channel.id), queued: false }),
    }))

const sentAt = ({ targets }: ToJudge, channelId: string): Date => {
  const sent = targets.find((target) => target.channelId === channelId)
  if (!sent) throw new Error('a chosen account has no time')
  return sent.dueAt
}
