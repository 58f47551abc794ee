// How to point anything else at the proxy, with the real address, ready to be copied.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ProfileView } from "../../../src/server/contract";
import { usePage } from "../../page";
import { CopyButton } from "../../parts/copy-button";
import { Segments } from "../../parts/segments";
import { composeSnippet, type SnippetName, snippetNames, snippetTitles } from "../../snippets";

const options = snippetNames.map((name) => [name, snippetTitles[name]] as const);
const exampleModel = "claude-sonnet-5-5";

export function Snippets({ profile }: { profile: ProfileView }) {
  const page = usePage();
  const { router, config } = page;
  useEffect(() => config.follow(), [config]);
  const asked = useComputed(
    () => page.model.value?.rows.find(({ modelAsked }) => /^claude-[\w.-]+$/.test(modelAsked))?.modelAsked,
  );
  const named = router.query.value.get("snippet");
  const name = snippetNames.find((one) => one === named) ?? "claude";
  const asksToken = config.view.value?.document.clientToken !== undefined;
  const text = composeSnippet(name, { url: profile.url, model: asked.value ?? exampleModel, asksToken });
  return (
    <section class="panel" aria-labelledby="snippets-title">
      <div class="panel-head">
        <h2 id="snippets-title">Everything else</h2>
        <Segments
          label="For which client"
          options={options}
          value={name}
          onChange={(one: SnippetName) => router.setQuery({ snippet: one })}
        />
      </div>
      <div class="panel-body snippet">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre tabIndex={0}>{text}</pre>
        <CopyButton text={text} what={`the ${snippetTitles[name]} snippet`} label="Copy" />
      </div>
      <p class="snippet-note quiet">
        {asksToken
          ? "This proxy asks for its client token: put it in. Your own keys take its place."
          : "The key that a client sends does not matter: yours takes its place."}
      </p>
    </section>
  );
}
