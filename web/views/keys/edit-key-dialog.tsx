// Changes what is written about a key: label, group, base URL, API, or its token.
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import type { KeyView } from "../../../src/server/contract";
import type { ApiFailure } from "../../api";
import { describeSource } from "../../keys";
import { usePage } from "../../page";
import { ChoiceField, TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form-dialog";

export const apiOptions = [
  ["", "by base URL"],
  ["responses", "Responses"],
  ["chat", "Chat Completions"],
] as const;

export function EditKeyDialog({ keyView, onClose }: { keyView: KeyView; onClose: () => void }) {
  const page = usePage();
  const { id, label, group, baseUrl, api, provider } = keyView;
  // What the fields were filled from: a change of the file meanwhile must not be overwritten.
  const first = useRef<Record<string, string>>({
    label,
    group: group ?? "",
    baseUrl: baseUrl ?? "",
    api: api ?? "",
    token: "",
  }).current;
  const hash = useRef(page.config.hash).current;
  const fields = {
    label: useSignal(label),
    group: useSignal(first.group ?? ""),
    baseUrl: useSignal(first.baseUrl ?? ""),
    api: useSignal<(typeof apiOptions)[number][0]>(api ?? ""),
    token: useSignal(""),
  };
  const failure = useSignal<ApiFailure | null>(null);
  const busy = useSignal(false);
  const groupsId = useId();
  const groups = [...new Set((page.model.value?.keys ?? []).flatMap((key) => key.group ?? []))];
  const send = async () => {
    const changed = Object.entries(fields)
      .map(([name, { value }]) => [name, value.trim()] as const)
      .filter(([name, value]) => value !== first[name]);
    if (changed.length === 0) {
      onClose();
      return;
    }
    const body = Object.fromEntries(changed.map(([name, value]) => [name, value || null]));
    const { token: _, ...shown } = body;
    busy.value = true;
    const outcome = await page.config.attempt({
      words: `${fields.label.value.trim() || id} is changed.`,
      path: `/keys/${encodeURIComponent(id)}`,
      method: "PATCH",
      body,
      patch: { keys: { [id]: shown } },
      ...(hash === undefined ? {} : { ifMatch: hash }),
    });
    busy.value = false;
    failure.value = outcome.done ? null : outcome.failure;
    // A conflict is told in a dialog of its own.
    if (outcome.done || outcome.failure === null) onClose();
  };
  const { code = "", path = "", words = null } = failure.value ?? {};
  const isOf = (field: string) => path?.endsWith(`.${field}`) || code.endsWith(`_${field}`);
  const wrong = (field: string) => (isOf(field) ? words : null);
  return (
    <FormDialog
      title={`Edit ${label}`}
      action={busy.value ? "Saving…" : "Save"}
      busy={busy.value}
      failure={Object.keys(fields).some(isOf) ? null : words}
      onClose={onClose}
      onSend={send}
    >
      <TextField
        label="Label"
        value={fields.label}
        hint={`Empty: its id, ${id}`}
        wrong={wrong("label")}
        input={{ autoFocus: true }}
      />
      <TextField
        label="Group"
        value={fields.group}
        hint="Keys of one organization share their limits: a 429 for one cools all of them down"
        wrong={wrong("group")}
        input={{ list: groupsId }}
      />
      <datalist id={groupsId}>
        {groups.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <TextField
        label="Base URL"
        type="url"
        mono
        value={fields.baseUrl}
        hint="Empty: the provider's own"
        wrong={wrong("baseUrl")}
        input={{ placeholder: "https://…" }}
      />
      {provider === "openai" ? (
        <ChoiceField label="API" value={fields.api} options={apiOptions} wrong={wrong("api")} />
      ) : null}
      <TextField
        label="Replace the token"
        type="password"
        mono
        value={fields.token}
        hint={
          <>
            Empty: stays <code>{keyView.token}</code>, {describeSource(keyView)}
          </>
        }
        wrong={wrong("token")}
      />
    </FormDialog>
  );
}
