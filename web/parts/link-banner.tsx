// Says when the page no longer hears from the proxy, and what to do; silent while all is well.
import { useComputed } from "@preact/signals";
import { formatCountdown } from "../format";
import { usePage } from "../page";
import { CopyButton } from "./copy-button";

/** A restart of the proxy or a hiccup of the network is not worth a word. */
const patienceMs = 1500;
const goneMs = 8000;

export function LinkBanner() {
  const page = usePage();
  const stage = useComputed(() => {
    const link = page.link.value;
    if (link.state !== "lost") return null;
    // The model is all there is on the page: without one there is nothing to be patient for.
    if (page.model.value === null) return "gone";
    page.clock.now.value;
    const lostFor = Date.now() - link.since;
    if (lostFor < patienceMs) return null;
    return lostFor < goneMs ? "lost" : "gone";
  });
  const left = useComputed(() => {
    const link = page.link.value;
    page.clock.now.value;
    return link.state === "lost" ? formatCountdown(link.retryAt - Date.now()) : "";
  });
  if (stage.value === null) return null;
  if (stage.value === "lost") {
    return (
      <div class="link-banner" role="status">
        <span class="waiting-dot" />
        The connection to the proxy broke off. Connecting again…
      </div>
    );
  }
  return (
    <div class="link-banner gone" role="alert">
      <strong>The proxy is not running.</strong>
      <span>
        Start it with <code>cf start -d</code>
        <CopyButton text="cf start -d" what="command" /> and this page goes on by itself.
      </span>
      <button type="button" class="button small" onClick={() => page.live.connect()}>
        Try now <span class="quiet">({left})</span>
      </button>
    </div>
  );
}
