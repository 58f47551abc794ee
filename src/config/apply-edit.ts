// Every deliberate change of the config, whoever makes it: the same edits for the command line and the dashboard.

import { CfError, exitCode } from "../errors";
import { redact } from "../redact";
import { changeKey, type KeyChanges } from "./change-key";
import type { ConfigDocument, JsonObject } from "./document";
import { addKey, type NewKey, removeKey, setEnabled } from "./edit-keys";
import { unmaskPatch } from "./mask-document";
import { mergePatch } from "./merge-patch";
import { setKeyOrder } from "./set-key-order";

export type ConfigEdit =
  | { readonly edit: "add-key"; readonly key: NewKey }
  | { readonly edit: "remove-key"; readonly id: string }
  | { readonly edit: "change-key"; readonly id: string; readonly changes: KeyChanges }
  | { readonly edit: "pause-key" | "resume-key"; readonly id: string }
  /** null: no order of its own, every key is used. */
  | { readonly edit: "set-order"; readonly profile: string; readonly keyOrder: readonly string[] | null }
  /** A merge patch; masked values in it stand for what they mask. */
  | { readonly edit: "patch"; readonly patch: JsonObject };

export interface EditedDocument {
  readonly document: ConfigDocument;
  /** The key that was added. */
  readonly id: string | null;
  /** What else the change brings about, in words. */
  readonly notices: readonly string[];
}

/** Throws a CfError for an edit that cannot be made. The result is still to be validated. */
export function applyEdit(document: ConfigDocument, edit: ConfigEdit): EditedDocument {
  const only = (edited: ConfigDocument): EditedDocument => ({ document: edited, id: null, notices: [] });
  switch (edit.edit) {
    case "add-key": {
      refuseMisplacedToken([edit.key.label, edit.key.id, edit.key.group, edit.key.baseUrl]);
      const { document: edited, id, switchedFallbackOn } = addKey(document, edit.key);
      return { document: edited, id, notices: switchedFallbackOn ? [fallbackNotice] : [] };
    }
    case "remove-key":
      return { ...removeKey(document, edit.id), id: null };
    case "change-key":
      refuseMisplacedToken([edit.changes.label, edit.changes.group, edit.changes.baseUrl]);
      return only(changeKey(document, edit.id, edit.changes));
    case "pause-key":
      return only(setEnabled(document, edit.id, false));
    case "resume-key":
      return only(setEnabled(document, edit.id, true));
    case "set-order":
      return only(setKeyOrder(document, edit.profile, edit.keyOrder));
    case "patch":
      return only(mergePatch(document, unmaskPatch(edit.patch, document)));
  }
}

/** Labels, ids and groups are shown and logged: a token must not end up there. */
function refuseMisplacedToken(texts: readonly (string | null | undefined)[]): void {
  if (texts.every((text) => text == null || redact(text) === text)) return;
  throw new CfError("misplaced_token", "A token stands where the label or another setting belongs.", {
    exit: exitCode.usage,
  });
}

const fallbackNotice =
  "Switched openaiModelFallback on: requests go to OpenAI when no Anthropic key can serve them.";
