// The config was changed elsewhere while an edit was made: what happened, and two ways out.

import { type Change, listChanges, listPlaces, overlaps } from "../config/list-changes";
import { usePage } from "../page";
import { Dialog } from "./dialog";

const shownChanges = 12;

export function ConflictDialog() {
  const { config } = usePage();
  const conflict = config.conflict.value;
  if (conflict === null) return null;
  const { edits, before, after } = conflict;
  const changes = listChanges(before, after);
  const places = edits.flatMap(({ patch }) => listPlaces(patch));
  const touched = changes.filter(({ path }) => places.some((place) => overlaps(path, place)));
  const leave = () => {
    config.conflict.value = null;
  };
  return (
    <Dialog
      title="The config was changed elsewhere"
      onClose={leave}
      foot={
        <>
          <button type="button" class="button" onClick={leave}>
            Leave it as it is now
          </button>
          <button type="button" class="button primary" onClick={() => void config.reapply()}>
            Make my change on top
          </button>
        </>
      }
    >
      <div class="conflict">
        <p>
          Another tab, the command line or an editor wrote the config file after this page had read it. Your
          change was <strong>not</strong> made; what you see now is the newest state.
        </p>
        <h3>What changed meanwhile</h3>
        {changes.length === 0 ? <p class="quiet">Only its layout: every setting is the same.</p> : null}
        <ul class="changes">
          {changes.slice(0, shownChanges).map((change) => (
            <ChangeLine key={change.path} change={change} />
          ))}
          {changes.length > shownChanges ? (
            <li class="quiet">and {changes.length - shownChanges} more</li>
          ) : null}
        </ul>
        <h3>What you wanted</h3>
        <ul class="changes">
          {edits.map(({ words }) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
        <p class={touched.length > 0 ? "warned" : "quiet"}>
          {touched.length > 0
            ? `Both touch ${touched.map(({ path }) => path).join(", ")}: yours would replace what stands there now.`
            : "They touch different settings: both can stand."}
        </p>
      </div>
    </Dialog>
  );
}

function ChangeLine({ change: { path, before, after } }: { change: Change }) {
  return (
    <li>
      <code>{path}</code>{" "}
      {before === null ? null : (
        <del>
          <span class="hidden-visually">from </span>
          {before}
        </del>
      )}{" "}
      {after === null ? (
        <span class="quiet">removed</span>
      ) : (
        <ins>
          <span class="hidden-visually">to </span>
          {after}
        </ins>
      )}
    </li>
  );
}
