// The view "Setup": tools pointed at the proxy with one click, snippets for everything else, and whether it has worked.

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ProfileView, SetupView as ToolView } from "../../src/server/contract";
import { wordsOf } from "../api";
import { mainProfile } from "../keys";
import { usePage } from "../page";
import { Notice } from "../parts/notice";
import { Listening } from "./setup/listening";
import { Snippets } from "./setup/snippets";
import { ToolCard } from "./setup/tool-card";

export function SetupView() {
  const page = usePage();
  const profiles = useComputed(() => page.model.value?.profiles ?? []);
  const named = page.router.query.value.get("profile");
  const profile = profiles.value.find(({ name }) => name === named) ?? mainProfile(profiles.value);
  return (
    <div class="view setup" aria-busy={profile === null}>
      <div class="view-head">
        <h1>Setup</h1>
        {profile === null || profiles.value.length < 2 ? null : (
          <ProfileChoice profiles={profiles.value} profile={profile} />
        )}
      </div>
      {profile === null ? null : (
        <>
          <Listening profile={profile} />
          <Tools profile={profile} />
          <Snippets profile={profile} />
        </>
      )}
    </div>
  );
}

function ProfileChoice({ profiles, profile }: { profiles: ProfileView[]; profile: ProfileView }) {
  const { router } = usePage();
  return (
    <label class="scope-choice">
      <span class="quiet">for</span>
      <select
        class="field"
        aria-label="For which profile"
        value={profile.name}
        onChange={(event) => router.setQuery({ profile: event.currentTarget.value })}
      >
        {profiles.map(({ name, port }) => (
          <option key={name} value={name}>
            profile {name}, port {port}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tools({ profile }: { profile: ProfileView }) {
  const page = usePage();
  const tools = useSignal<ToolView[] | null>(null);
  const failure = useSignal<string | null>(null);
  // An answer for the profile that was chosen before may come after the present one's.
  const latest = useRef(0);
  const load = useMemo(
    () => async () => {
      latest.current += 1;
      const turn = latest.current;
      try {
        const found = await page.api.call<ToolView[]>("/setup", { query: { profile: profile.name } });
        if (turn !== latest.current) return;
        tools.value = found;
        failure.value = null;
      } catch (error) {
        if (turn === latest.current) failure.value = wordsOf(error);
      }
    },
    [page, profile.name, tools, failure],
  );
  useEffect(() => {
    void load();
    // Files are edited by hand as well, in another window.
    const again = () => {
      if (document.visibilityState === "visible") void load();
    };
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [load, profile.url]);
  if (failure.value !== null) {
    return (
      <Notice severity="error" title="What is installed here could not be read.">
        {failure.value}
      </Notice>
    );
  }
  return (
    <section class="panel" aria-labelledby="tools-title" aria-busy={tools.value === null}>
      <div class="panel-head">
        <h2 id="tools-title">Point your tools here</h2>
        <span class="quiet">You see each edit before it is made, and can take it back.</span>
      </div>
      <ul class="tool-list">
        {tools.value?.map((tool) => (
          <li key={tool.tool} class="tool">
            <ToolCard
              tool={tool}
              profile={profile}
              onChanged={(fresh) => {
                tools.value = tools.peek()?.map((one) => (one.tool === fresh.tool ? fresh : one)) ?? null;
              }}
              onStale={load}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
