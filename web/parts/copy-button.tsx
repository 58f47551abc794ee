// Copies a text and says so where it was pressed.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { usePage } from "../page";
import { Icon } from "./icon";

export interface CopyButtonProps {
  text: string | (() => string);
  /** What is copied, for the button's name: "address". */
  what: string;
  /** Shown beside the icon; absent: the icon alone. */
  label?: string;
}

const shownMs = 1600;

export function CopyButton({ text, what, label }: CopyButtonProps) {
  const page = usePage();
  const copied = useSignal(false);
  useEffect(() => {
    if (!copied.value) return;
    const timer = window.setTimeout(() => {
      copied.value = false;
    }, shownMs);
    return () => window.clearTimeout(timer);
  }, [copied.value]);
  const copy = async () => {
    if (await writeClipboard(typeof text === "string" ? text : text())) copied.value = true;
    else page.toasts.show("The browser does not allow copying here.", { tone: "error" });
  };
  return (
    <button
      type="button"
      class={label === undefined ? "button plain small icon-only" : "button small"}
      aria-label={label === undefined ? `${copied.value ? "Copied" : "Copy"} ${what}` : undefined}
      title={`Copy ${what}`}
      onClick={copy}
    >
      <Icon name={copied.value ? "check" : "copy"} />
      {label === undefined ? null : copied.value ? "Copied" : label}
    </button>
  );
}

/** False where the browser refuses: without a secure origin there is no clipboard but the old command. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
