// One tool: whether it is there and points here, the edits that would be made, the buttons to make or undo them.
import { useSignal } from "@preact/signals";
import type { ProfileView, SetupTool, SetupView } from "../../../src/server/contract";
import { wordsOf } from "../../api";
import { usePage } from "../../page";
import { Icon } from "../../parts/icon";
import { Diff } from "./diff";

const titles: Record<SetupTool, string> = {
  "claude-code": "Claude Code",
  cursor: "Cursor",
  shell: "Shell",
  autostart: "Start with the computer",
};

export interface ToolCardProps {
  tool: SetupView;
  profile: ProfileView;
  onChanged: (tool: SetupView) => void;
  /** The files are other ones than shown. */
  onStale: () => void;
}

export function ToolCard({ tool, profile, onChanged, onStale }: ToolCardProps) {
  const page = usePage();
  const shows = useSignal(false);
  const busy = useSignal(false);
  const failure = useSignal<string | null>(null);
  const { tool: name, edits, notes, canUndo } = tool;
  const title = titles[name];
  const run = async (task: () => Promise<void>) => {
    if (busy.peek()) return;
    busy.value = true;
    failure.value = null;
    try {
      await task();
    } catch (error) {
      failure.value = wordsOf(error);
      onStale();
    }
    busy.value = false;
  };
  const undo = () =>
    run(async () => {
      const { view, notes: said } = await page.api.call<{ view: SetupView; notes: string[] }>(
        `/setup/${name}/undo`,
        { method: "POST" },
      );
      onChanged(view);
      page.toasts.show([`${title}: the edits are taken back.`, ...said].join(" "));
    });
  const apply = () =>
    run(async () => {
      const body = { profile: profile.name, edits };
      onChanged(await page.api.call<SetupView>(`/setup/${name}/apply`, { method: "POST", body }));
      shows.value = false;
      page.toasts.show(`${title} is set up.`, { undo: () => void undo() });
    });
  return (
    <>
      <div class="tool-head">
        <h3>{title}</h3>
        <ToolState tool={tool} />
        <div class="tool-buttons">
          {edits.length === 0 ? null : (
            <button
              type="button"
              class="button small"
              aria-expanded={shows.value}
              onClick={() => {
                shows.value = !shows.value;
              }}
            >
              {shows.value ? "Hide" : tool.done ? "Show the edit" : "Set up…"}
            </button>
          )}
          {canUndo ? (
            <button
              type="button"
              class="button small"
              aria-label={`Undo ${title}`}
              disabled={busy}
              onClick={undo}
            >
              Undo
            </button>
          ) : null}
        </div>
      </div>
      {shows.value && edits.length > 0 ? (
        <div class="tool-edits">
          {edits.map((edit) => (
            <Diff key={edit.path} path={edit.path} diff={edit.diff} />
          ))}
          <div>
            <button type="button" class="button primary" disabled={busy} onClick={apply}>
              {busy.value ? "Writing…" : edits.length > 1 ? "Make these edits" : "Make this edit"}
            </button>
          </div>
        </div>
      ) : null}
      {failure.value === null ? null : (
        <p class="wrong" role="alert">
          {failure.value}
        </p>
      )}
      {notes.length === 0 ? null : (
        <ul class="tool-notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function ToolState({ tool: { found, done } }: { tool: SetupView }) {
  if (done) {
    return (
      <span class="tool-state done">
        <Icon name="check" />
        points here
      </span>
    );
  }
  return <span class="tool-state">{found ? "found, not set up" : "not found on this machine"}</span>;
}
