// The state of a key as a small shape: each state differs by form as well as by colour.
import type { KeyState, KeyView } from "../../src/server/contract";

export type KeyStateName = KeyState["state"];

export const stateWords: Record<KeyStateName, string> = {
  serving: "Serving",
  ready: "Ready",
  cooling: "Cooling down",
  rejected: "Rejected",
  no_credit: "No credit",
  disabled: "Paused",
};

/** A key that the upstream disabled, or that has no token, is not what a person paused. */
export function stateWordOf({ state, enabled, reason }: KeyView): string {
  return state === "disabled" && enabled && reason !== "paused" ? "Out" : stateWords[state];
}

export function StateGlyph({ state }: { state: KeyStateName }) {
  return (
    <svg class={`glyph is-${state}`} viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor">
      <GlyphShape state={state} />
    </svg>
  );
}

function GlyphShape({ state }: { state: KeyStateName }) {
  switch (state) {
    case "serving":
      return (
        <>
          <circle cx="7" cy="7" r="3.4" fill="currentColor" stroke="none" />
          <circle class="pulse" cx="7" cy="7" r="5.6" stroke-width="1.2" />
        </>
      );
    case "ready":
      return <circle cx="7" cy="7" r="4.6" stroke-width="1.8" />;
    case "cooling":
      return (
        <path d="M7 1.6a5.4 5.4 0 1 1-5.4 5.4M7 3.8V7l2.2 1.6" stroke-width="1.6" stroke-linecap="round" />
      );
    case "rejected":
      return <path d="m3 3 8 8m0-8-8 8" stroke-width="2" stroke-linecap="round" />;
    case "no_credit":
      return <path d="M2.5 11.5l9-9M7 1.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 7 1.8Z" stroke-width="1.6" />;
    case "disabled":
      return <path d="M4.6 2.8v8.4M9.4 2.8v8.4" stroke-width="2.4" stroke-linecap="round" />;
  }
}

/** Shape and word together. */
export function StateWord({ state, words = stateWords[state] }: { state: KeyStateName; words?: string }) {
  return (
    <span class={`state-word is-${state}`}>
      <StateGlyph state={state} />
      {words}
    </span>
  );
}
