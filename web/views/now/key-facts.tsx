// One key in words: its state, what it serves, what rests until when, why, and who named that time.
import type { KeyView } from "../../../src/server/contract";
import { plural } from "../../format";
import { CooldownLine } from "../../parts/cooldown-line";
import { Ago } from "../../parts/countdown";
import { StateWord, stateWordOf } from "../../parts/state-glyph";

const shownCooldowns = 2;

export function KeyFacts({ keyView }: { keyView: KeyView }) {
  const { label, state, cooldowns } = keyView;
  const shown = cooldowns.filter((cooldown) => cooldown.code !== "no_access").slice(0, shownCooldowns);
  const more = cooldowns.length - shown.length;
  return (
    <div class="key-facts">
      <div class="key-line">
        <strong class="cut" title={label}>
          {label}
        </strong>
        <StateWord state={state} words={stateWordOf(keyView)} />
      </div>
      {shown.length === 0 ? <p class="key-doing cut">{doing(keyView)}</p> : null}
      {state === "serving" && shown.length > 0 ? <p class="key-doing cut">{doing(keyView)}</p> : null}
      {shown.map((cooldown) => (
        <CooldownLine key={cooldown.model + cooldown.scope} cooldown={cooldown} provider={keyView.provider} />
      ))}
      {more > 0 ? <p class="quiet">and {plural(more, "more rest")}</p> : null}
    </div>
  );
}

function doing(key: KeyView) {
  if (key.serving.length > 0) {
    return key.serving
      .map(({ model, requests }) => (requests > 1 ? `${model} × ${requests}` : model))
      .join(", ");
  }
  if (key.reason !== null && key.reason !== "paused") return key.reason;
  if (key.lastUsedAt === null) return "not used yet";
  return (
    <>
      last used <Ago at={key.lastUsedAt} />
    </>
  );
}
