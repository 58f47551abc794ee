// The first view: whether it works, who serves, who is out until when and why, how it went today, what happens now.
import { useComputed } from "@preact/signals";
import { usePage } from "../page";
import { Alerts } from "./now/alerts";
import { HeadlineBlock } from "./now/headline-block";
import { KeyLanes } from "./now/key-lanes";
import { LiveLog } from "./now/live-log";
import { TodayFigures } from "./now/today-figures";

export function NowView() {
  const page = usePage();
  const isLoaded = useComputed(() => page.model.value !== null);
  if (!isLoaded.value) return <div class="view" aria-busy="true" />;
  return (
    <div class="view now">
      <HeadlineBlock />
      <Alerts />
      <KeyLanes />
      <div class="now-columns">
        <TodayFigures />
        <LiveLog />
      </div>
    </div>
  );
}
