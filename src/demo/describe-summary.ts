// What the demo says when it ends.
import type { Timestamp } from "../engine/types";
import type { DemoState } from "./demo-state";
import { describeDuration } from "./describe-moment";

/** Four lines without colour, none wider than 80 columns. */
export function describeSummary(state: DemoState, now: Timestamp): string[] {
  const { asAsked, rotated, fellBack, failed, hiddenErrors } = state.counts;
  const answered = asAsked + rotated + fellBack + failed;
  return [
    `${answered} requests in ${describeDuration(now - state.startedAt)}:`,
    `${asAsked} served as asked, ${rotated} rotated, ${fellBack} fell back, ${failed} failed.`,
    `Errors your client never saw: ${hiddenErrors}. The temporary home folder is removed.`,
    "With keys of your own: cf add-key, then cf start.",
  ];
}
