// One cooldown: what is left of it, for which model, why, and who named that time.
import type { KeyView } from "../../src/server/contract";
import { ClockTime, Countdown } from "./countdown";

export type Cooldown = KeyView["cooldowns"][number];

const providerNames = { anthropic: "Anthropic", openai: "OpenAI" };

export function CooldownLine({ cooldown, provider }: { cooldown: Cooldown; provider: KeyView["provider"] }) {
  const { model, scope, until, reason, stated } = cooldown;
  return (
    <div class="rest">
      <p>
        <strong class="rest-left">
          <Countdown until={until} />
        </strong>{" "}
        <span class="quiet">
          until <ClockTime at={until} />
        </span>
        {scope === "key" ? null : <span class="rest-scope cut"> for {model}</span>}
      </p>
      <p class="rest-why" title={reason}>
        {reason}
        <span class="quiet">
          {" "}
          · {stated ? `time from ${providerNames[provider]}` : "no time named, our estimate"}
        </span>
      </p>
    </div>
  );
}
