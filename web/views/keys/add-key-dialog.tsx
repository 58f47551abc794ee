// Adds a key: pasted, recognised while one types, stored, and tested with one click.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { KeyAdded } from "../../../src/server/contract";
import type { ApiFailure } from "../../api";
import { usePage } from "../../page";
import { Dialog } from "../../parts/dialog";
import { ChoiceField, TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form-dialog";
import { apiOptions } from "./edit-key-dialog";
import { TestButton, TestResult } from "./key-test";
import { TokenWords, useTokenKind } from "./token-words";
import { useKeyTest } from "./use-key-test";

export function AddKeyDialog({ onClose }: { onClose: () => void }) {
  const added = useSignal<KeyAdded | null>(null);
  const show = (key: KeyAdded | null) => {
    added.value = key;
  };
  if (added.value === null) return <KeyForm key="form" onClose={onClose} onAdded={show} />;
  return <AddedKey key="added" added={added.value} onClose={onClose} onAgain={() => show(null)} />;
}

const providers = [
  ["", "from the token"],
  ["anthropic", "Anthropic"],
  ["openai", "OpenAI or compatible"],
] as const;

function KeyForm({ onClose, onAdded }: { onClose: () => void; onAdded: (added: KeyAdded) => void }) {
  const page = usePage();
  const fields = {
    token: useSignal(""),
    label: useSignal(""),
    baseUrl: useSignal(""),
    provider: useSignal<(typeof providers)[number][0]>(""),
    api: useSignal<(typeof apiOptions)[number][0]>(""),
    group: useSignal(""),
    id: useSignal(""),
  };
  const failure = useSignal<ApiFailure | null>(null);
  const busy = useSignal(false);
  const token = fields.token.value.trim();
  const kind = useTokenKind(token);
  const send = async () => {
    const filled = Object.entries(fields).map(([name, { value }]) => [name, value.trim()]);
    const { label, id } = fields;
    busy.value = true;
    const outcome = await page.config.attempt({
      words: `${label.value.trim() || id.value.trim() || "The key"} is added.`,
      path: "/keys",
      method: "POST",
      body: Object.fromEntries(filled.filter(([, value]) => value !== "")),
      // What the new key's entry will be called is for the proxy to say.
      patch: {},
      ifMatch: null,
    });
    busy.value = false;
    if (outcome.done) onAdded(outcome.answer as KeyAdded);
    else failure.value = outcome.failure;
  };
  const { code = "", words = null } = failure.value ?? {};
  const isOf = (field: string) => failure.value?.path === `body.${field}` || code.endsWith(`_${field}`);
  const wrong = (field: string) => (isOf(field) ? words : null);
  const isOpenAi = (fields.provider.value || kind?.provider) === "openai";
  return (
    <FormDialog
      title="Add a key"
      action={busy.value ? "Adding…" : "Add key"}
      busy={busy.value}
      incomplete={token === ""}
      failure={Object.keys(fields).some(isOf) ? null : words}
      onClose={onClose}
      onSend={send}
    >
      <TextField
        label="Token"
        type="password"
        mono
        value={fields.token}
        hint={<TokenWords kind={kind} token={token} />}
        wrong={wrong("token")}
        input={{ autoFocus: true, placeholder: "sk-ant-api03-…" }}
      />
      <TextField
        label="Label"
        value={fields.label}
        hint="What you call it; optional"
        wrong={wrong("label")}
        input={{ placeholder: "Personal" }}
      />
      <details class="more-fields" open={kind !== null && !kind.ok ? true : undefined}>
        <summary>Gateway, group and other settings</summary>
        <div class="form">
          <TextField
            label="Base URL"
            type="url"
            mono
            value={fields.baseUrl}
            hint="Only for a gateway or a local server; a path in it is kept"
            wrong={wrong("baseUrl")}
            input={{ placeholder: "https://…" }}
          />
          <div class="field-row">
            <ChoiceField label="Provider" value={fields.provider} options={providers} />
            {isOpenAi ? <ChoiceField label="API" value={fields.api} options={apiOptions} /> : null}
          </div>
          <div class="field-row">
            <TextField
              label="Group"
              value={fields.group}
              hint="Keys of one organization share their limits"
              wrong={wrong("group")}
            />
            <TextField
              label="Id"
              mono
              value={fields.id}
              hint="In the config and the CLI; made from the label"
              wrong={wrong("id")}
            />
          </div>
        </div>
      </details>
    </FormDialog>
  );
}

interface AddedKeyProps {
  added: KeyAdded;
  onClose: () => void;
  onAgain: () => void;
}

function AddedKey({ added, onClose, onAgain }: AddedKeyProps) {
  const page = usePage();
  const test = useKeyTest(added.id);
  const key = page.model.value?.keys.find(({ id }) => id === added.id);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => body.current?.querySelector("button")?.focus(), []);
  return (
    <Dialog
      title="The key is added"
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onAgain}>
            Add another
          </button>
          <button type="button" class="button primary" onClick={onClose}>
            Done
          </button>
        </>
      }
    >
      <div class="form" ref={body}>
        <p>
          <strong>{key?.label ?? added.id}</strong> {key === undefined ? null : <code>{key.token}</code>} is
          in use from now on.
        </p>
        {added.notices.map((notice) => (
          <p key={notice}>{notice}</p>
        ))}
        <p class="quiet">A test asks the upstream whether it takes the key. It costs nothing.</p>
        <div>
          <TestButton test={test} label={key?.label ?? added.id} />
        </div>
        <TestResult test={test} />
      </div>
    </Dialog>
  );
}
