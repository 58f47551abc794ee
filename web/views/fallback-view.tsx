// The view "Fallback": profiles with their ports and key orders, model chains, OpenAI as the last resort, waiting.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { usePage } from "../page";
import { ConfigBanner } from "../parts/config-banner";
import { Notice } from "../parts/notice";
import { ChainsPanel } from "./fallback/chains-panel";
import { OpenAiPanel } from "./fallback/openai-panel";
import { ProfilesPanel } from "./fallback/profiles-panel";
import { WaitingPanel } from "./fallback/waiting-panel";

export function FallbackView() {
  const page = usePage();
  useEffect(() => page.config.follow(), [page]);
  const isLoaded = useComputed(() => page.model.value !== null && page.config.view.value !== null);
  const failure = page.config.failure.value;
  return (
    <div class="view fallback" aria-busy={!isLoaded.value && failure === null}>
      <div class="view-head">
        <h1>Fallback</h1>
      </div>
      <ConfigBanner />
      {failure === null ? null : (
        <Notice severity="error" title="The config could not be read.">
          {failure}
        </Notice>
      )}
      {isLoaded.value ? (
        <>
          <ChainsPanel />
          <ProfilesPanel />
          <div class="fallback-columns">
            <OpenAiPanel />
            <WaitingPanel />
          </div>
        </>
      ) : null}
    </div>
  );
}
