// Asks for the client token where the config sets one.
import { useSignal } from "@preact/signals";
import { wordsOf } from "../api";
import { usePage } from "../page";
import { Brand } from "../parts/brand";

export function LoginView() {
  const page = usePage();
  const token = useSignal("");
  const wrong = useSignal<string | null>(null);
  const busy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (token.value.trim() === "" || busy.value) return;
    busy.value = true;
    try {
      await page.api.call("/login", { method: "POST", body: { token: token.value.trim() } });
      page.live.connect();
    } catch (error) {
      wrong.value = wordsOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <main class="login">
      <div class="brand">
        <Brand />
      </div>
      <form class="labelled" onSubmit={submit}>
        <label class="caption" for="client-token">
          Client token
        </label>
        <input
          id="client-token"
          class="field"
          type="password"
          autocomplete="current-password"
          value={token}
          aria-invalid={wrong.value !== null}
          aria-describedby="client-token-hint"
          onInput={(event) => {
            token.value = event.currentTarget.value;
            wrong.value = null;
          }}
        />
        <span id="client-token-hint" class={wrong.value === null ? "hint" : "wrong"} role="status">
          {wrong.value ?? (
            <>
              This proxy lets in only those who know <code>clientToken</code> from its config.
            </>
          )}
        </span>
        <button type="submit" class="button primary" disabled={busy.value}>
          Open the dashboard
        </button>
      </form>
    </main>
  );
}
