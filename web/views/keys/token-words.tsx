// What a token looks like while it is being typed or pasted.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { TokenKind } from "../../../src/server/contract";
import { wordsOf } from "../../api";
import { usePage } from "../../page";
import { Icon } from "../../parts/icon";

const typingMs = 150;

/** null: nothing there, or not known yet. */
export function useTokenKind(token: string): TokenKind | null {
  const page = usePage();
  const kind = useSignal<TokenKind | null>(null);
  const text = token.trim();
  useEffect(() => {
    kind.value = null;
    if (text === "") return;
    const stop = new AbortController();
    const timer = window.setTimeout(async () => {
      try {
        const call = { method: "POST" as const, body: { token: text }, signal: stop.signal };
        kind.value = await page.api.call<TokenKind>("/tokens/recognize", call);
      } catch (error) {
        if (stop.signal.aborted) return;
        const words = wordsOf(error);
        kind.value = { ok: false, provider: null, type: null, words };
      }
    }, typingMs);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text, page, kind]);
  return kind.value;
}

export function TokenWords({ kind, token }: { kind: TokenKind | null; token: string }) {
  const text = token.trim();
  if (text === "") {
    return (
      <>
        An Anthropic or OpenAI key, or where it is kept: <code>env:NAME</code>, <code>keychain:NAME</code>
      </>
    );
  }
  if (kind === null) return <>…</>;
  if (!kind.ok) return <>{kind.words}. A token of a gateway needs its base URL below.</>;
  return (
    <span class="recognized">
      <Icon name="check" />
      {kind.words} <code>{/^(?:env|keychain):/.test(text) ? text : `…${text.slice(-4)}`}</code>
    </span>
  );
}
