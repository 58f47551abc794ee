// Times that go on by themselves: only their text changes, never what is around them.
import { useComputed } from "@preact/signals";
import { formatAgo, formatClock, formatCountdown } from "../format";
import { usePage } from "../page";

/** `42 s`, `4:05`: what is left until `until`. */
export function Countdown({ until }: { until: string }) {
  const { clock } = usePage();
  const text = useComputed(() => formatCountdown(Date.parse(until) - clock.now.value));
  return (
    <time class="countdown" dateTime={until} key={until}>
      {text}
    </time>
  );
}

/** `14:32:10`, with the day where it is not today. */
export function ClockTime({ at }: { at: string }) {
  const { clock } = usePage();
  return <time dateTime={at}>{formatClock(Date.parse(at), clock.now.peek())}</time>;
}

/** `12 s ago`. */
export function Ago({ at }: { at: string }) {
  const { clock } = usePage();
  const text = useComputed(() => formatAgo(clock.now.value - Date.parse(at)));
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()} key={at}>
      {text}
    </time>
  );
}
