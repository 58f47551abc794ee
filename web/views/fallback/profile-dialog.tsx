// Adds a profile, or changes name and port of one, or removes it.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { ConfigPatch, ProfileView } from "../../../src/server/contract";
import type { ApiFailure } from "../../api";
import { composeProfilePatch } from "../../config/compose-profile-patch";
import { usePage } from "../../page";
import { CopyButton } from "../../parts/copy-button";
import { Dialog } from "../../parts/dialog";
import { TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form-dialog";

export interface ProfileDialogProps {
  /** null: a new one. */
  profile: ProfileView | null;
  onClose: () => void;
}

export function ProfileDialog({ profile, onClose }: ProfileDialogProps) {
  const page = usePage();
  const { config } = page;
  const profiles = page.model.value?.profiles ?? [];
  const first = useRef({
    name: profile?.name ?? "",
    port: String(profile?.port ?? nextPort(profiles)),
    hash: config.hash,
  }).current;
  const name = useSignal(first.name);
  const port = useSignal(first.port);
  const failure = useSignal<ApiFailure | null>(null);
  const busy = useSignal(false);
  /** Where the page is found from now on. */
  const moved = useSignal<string | null>(null);
  const elsewhere = profiles.find((one) => one.name !== first.name && one.error === null);
  const wrongName = profiles.some((one) => one.name === name.value.trim() && one.name !== first.name)
    ? "There is a profile of this name."
    : null;
  const wrongPort = checkPort(port.value.trim(), profiles, first.name);
  /** `port`: where the profile is found from then on; null: nowhere. */
  const send = async (patch: ConfigPatch, words: string, port: number | null) => {
    busy.value = true;
    const edit = { words, path: "/config" as const, method: "PATCH" as const, body: patch, patch };
    const outcome = await config.attempt(first.hash === undefined ? edit : { ...edit, ifMatch: first.hash });
    busy.value = false;
    failure.value = outcome.done ? null : outcome.failure;
    const home = port ?? elsewhere?.port;
    const isOwnPort = profile !== null && location.port === String(profile.port);
    if (outcome.done && isOwnPort && home !== undefined && home !== profile.port)
      moved.value = `${location.protocol}//${location.hostname}:${home}/dashboard/`;
    else if (outcome.done || outcome.failure === null) onClose();
  };
  const save = () => {
    const [newName, newPort] = [name.value.trim(), Number(port.value.trim())];
    const document = config.view.peek()?.document ?? {};
    const profilesPatch = composeProfilePatch(document, first.name, newName, newPort);
    const words =
      profile === null
        ? `Profile ${newName} listens on port ${newPort}.`
        : newName === first.name
          ? `Profile ${newName} moves to port ${newPort}.`
          : `Profile ${first.name} is called ${newName} now.`;
    if (newName === first.name && String(newPort) === first.port) onClose();
    else void send({ profiles: profilesPatch }, words, newPort);
  };
  if (moved.value !== null) return <MovedDialog url={moved.value} onClose={onClose} />;
  return (
    <FormDialog
      title={profile === null ? "Add a profile" : `Profile ${profile.name}`}
      action={profile === null ? "Add profile" : "Save"}
      busy={busy.value}
      incomplete={wrongName !== null || wrongPort !== null || name.value.trim() === "" || port.value === ""}
      failure={failure.value?.words}
      aside={
        profile !== null && profiles.length > 1 ? (
          <button
            type="button"
            class="button danger aside"
            disabled={busy.value}
            onClick={() =>
              void send({ profiles: { [profile.name]: null } }, `Profile ${profile.name} is removed.`, null)
            }
          >
            Remove
          </button>
        ) : null
      }
      onClose={onClose}
      onSend={save}
    >
      <p class="quiet">
        {profile === null
          ? "Each profile listens on a port of its own, with its own key order and, if you want, its own chains. It opens at once."
          : "A new port opens at once; streams on the old one run to their end. Clients have to be pointed at the new address."}
      </p>
      <TextField
        label="Name"
        value={name}
        wrong={wrongName}
        input={{ autoFocus: true, placeholder: "claude-code" }}
      />
      <TextField
        label="Port"
        value={port}
        wrong={wrongPort}
        hint="1 to 65535, free on this machine"
        input={{ inputMode: "numeric" }}
      />
    </FormDialog>
  );
}

/** Said where the page's own port has closed: the guard lets nobody in who comes from another port, not even us. */
function MovedDialog({ url, onClose }: { url: string; onClose: () => void }) {
  return (
    <Dialog title="The dashboard has moved" onClose={onClose}>
      <div class="form">
        <p>The port that this page came from is closed. Type or paste its new address:</p>
        <div>
          <span class="address">
            <code>{url}</code>
            <CopyButton text={url} what="address" />
          </span>
        </div>
      </div>
    </Dialog>
  );
}

function checkPort(text: string, profiles: readonly ProfileView[], name: string): string | null {
  if (text === "") return null;
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    return "A port is a number from 1 to 65535.";
  const taken = profiles.find((one) => one.port === Number(text) && one.name !== name);
  return taken === undefined ? null : `Profile ${taken.name} has this port.`;
}

function nextPort(profiles: readonly ProfileView[]): number {
  return Math.min(65_535, Math.max(4079, ...profiles.map(({ port }) => port)) + 1);
}
