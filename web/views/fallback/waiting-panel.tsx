// How long requests wait for a key, how long keys rest, and the limits on the upstream.
import { useId } from "preact/hooks";
import type { ConfigSettings, ConfigView } from "../../../src/server/contract";
import { valueAt } from "../../config/merge-patch";
import { formatDuration } from "../../format";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { Switch } from "../../parts/switch";
import { DraftField } from "./draft-field";

interface TimeSetting {
  path: ["cooldownMs" | "queueWaitMs"] | ["timeouts", keyof ConfigSettings["timeouts"]];
  label: string;
  hint: string;
  unit: "s" | "min";
}

const waits: TimeSetting[] = [
  {
    path: ["queueWaitMs"],
    label: "Wait for a key",
    hint: "How long a request waits for a key to come back; 0 switches the queue off",
    unit: "s",
  },
  {
    path: ["cooldownMs"],
    label: "Longest cooldown",
    hint: "Where the upstream names no time; a time that it names always holds",
    unit: "min",
  },
];

const limits: TimeSetting[] = [
  { path: ["timeouts", "connectMs"], label: "Connect", hint: "Until the connection stands", unit: "s" },
  {
    path: ["timeouts", "firstByteMs"],
    label: "First byte",
    hint: "Until the first event of the answer",
    unit: "s",
  },
  { path: ["timeouts", "idleMs"], label: "Silence", hint: "Between two pieces of an answer", unit: "s" },
];

export function WaitingPanel() {
  const { config } = usePage();
  const isLocked = useIsLocked();
  const view = config.view.value;
  const stickyId = useId();
  if (view === null) return null;
  const isSticky = view.effective.stickySessions;
  return (
    <section class="panel" aria-labelledby="waiting-title">
      <div class="panel-head">
        <h2 id="waiting-title">Waiting and cooling down</h2>
      </div>
      <div class="panel-body settings">
        {waits.map((setting) => (
          <TimeLine key={setting.label} setting={setting} view={view} />
        ))}
        <div class="setting">
          <div>
            <label for={stickyId}>Sticky sessions</label>
            <p class="quiet">
              A conversation stays with its key while its prompt cache is warm; otherwise it pays for its
              whole context again
            </p>
          </div>
          <Switch
            id={stickyId}
            label="Sticky sessions"
            checked={isSticky}
            disabled={isLocked}
            onChange={(on) =>
              void config.change(
                { stickySessions: on },
                on
                  ? "Conversations stay with their key."
                  : "Each request takes the first key that is usable.",
              )
            }
          />
        </div>
        <h3>Limits on the upstream</h3>
        {limits.map((setting) => (
          <TimeLine key={setting.label} setting={setting} view={view} />
        ))}
      </div>
    </section>
  );
}

const unitMs = { s: 1000, min: 60_000 };
/** Timers overflow above it: about 24.8 days. */
const longestMs = 2_147_483_647;

function TimeLine({ setting, view }: { setting: TimeSetting; view: ConfigView }) {
  const { config } = usePage();
  const isLocked = useIsLocked();
  const id = useId();
  const { path, label, hint, unit } = setting;
  const ms = valueAt(view.effective as unknown as Record<string, unknown>, ...path) as number;
  const byDefault = valueAt(view.defaults as unknown as Record<string, unknown>, ...path) as number;
  const isWritten = valueAt(view.document, ...path) !== undefined;
  const write = (value: number | null, words: string, ifMatch?: string) => {
    const [first, second] = path;
    const patch = second === undefined ? { [first]: value } : { [first]: { [second]: value } };
    void config.change(patch, words, ifMatch === undefined ? {} : { ifMatch });
  };
  return (
    <div class="setting">
      <div>
        <label for={id}>{label}</label>
        <p class="quiet" id={`${id}-hint`}>
          {hint}
          {isWritten && ms !== byDefault ? (
            <>
              {" · "}
              <button
                type="button"
                class="link"
                disabled={isLocked}
                aria-label={`${label}: back to ${formatDuration(byDefault)}`}
                onClick={() => write(null, `${label}: ${formatDuration(byDefault)}, as by default.`)}
              >
                back to {formatDuration(byDefault)}
              </button>
            </>
          ) : null}
        </p>
      </div>
      <DraftField
        id={id}
        label={label}
        describedBy={`${id}-hint`}
        numeric
        unit={unit}
        value={String(ms / unitMs[unit])}
        disabled={isLocked}
        check={(text) => (toMs(text, unit) === null ? `A number of ${unitWords[unit]}, 0 or more.` : null)}
        onCommit={(text, ifMatch) => {
          const value = toMs(text, unit);
          if (value !== null) write(value, `${label}: ${formatDuration(value)}.`, ifMatch);
        }}
      />
    </div>
  );
}

const unitWords = { s: "seconds", min: "minutes" };

function toMs(text: string, unit: TimeSetting["unit"]): number | null {
  if (!/^\d+(?:[.,]\d+)?$/.test(text)) return null;
  const ms = Math.round(Number(text.replace(",", ".")) * unitMs[unit]);
  return ms <= longestMs ? ms : null;
}
