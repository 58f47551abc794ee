// Whether a media query holds, as it changes.
import { type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

export function useMedia(query: string): Signal<boolean> {
  const holds = useSignal(matchMedia(query).matches);
  useLayoutEffect(() => {
    const list = matchMedia(query);
    const read = () => {
      holds.value = list.matches;
    };
    list.addEventListener("change", read);
    return () => list.removeEventListener("change", read);
  }, [query, holds]);
  return holds;
}
