// What a person can do about a key on the spot: try it now, pause it, let it go on.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { KeyView } from "../../src/server/contract";
import { clearRests, pauseKey, resumeKey } from "../actions/change-key-state";
import { usePage } from "../page";
import { Icon } from "./icon";

export function KeyActions({ keyView, children }: { keyView: KeyView; children?: ComponentChildren }) {
  const page = usePage();
  const busy = useSignal(false);
  const run = (action: typeof pauseKey) => async () => {
    if (busy.value) return;
    busy.value = true;
    await action(page, keyView);
    busy.value = false;
  };
  const { label, enabled, cooldowns } = keyView;
  return (
    <div class="key-actions">
      {cooldowns.length > 0 && enabled ? (
        <button
          type="button"
          class="button small try"
          aria-label={`Try now, ${label}`}
          title="Forget the cooldown: the next request may use this key"
          onClick={run(clearRests)}
        >
          <Icon name="retry" />
          Try now
        </button>
      ) : null}
      <button
        type="button"
        class="button plain small pause"
        aria-label={enabled ? `Pause ${label}` : `Resume ${label}`}
        onClick={run(enabled ? pauseKey : resumeKey)}
      >
        <Icon name={enabled ? "pause" : "play"} />
        <span>{enabled ? "Pause" : "Resume"}</span>
      </button>
      {children}
    </div>
  );
}
