// Says that the config file is broken, where, and that nothing can be changed here until it is mended.
import { useComputed } from "@preact/signals";
import { usePage } from "../page";
import { Notice } from "./notice";

export function ConfigBanner() {
  const page = usePage();
  const error = useComputed(() => page.model.value?.configError ?? null);
  if (error.value === null) return null;
  return (
    <Notice severity="error" title="The config file has an error, so nothing can be changed here.">
      <code>{error.value.message}</code>
      <br />
      The last good config stays in force. Mend the file by hand, and this page goes on by itself.
    </Notice>
  );
}

/** Whether the config cannot be changed now. */
export function useIsLocked(): boolean {
  const page = usePage();
  const locked = useComputed(() => page.model.value === null || page.model.value.configError !== null);
  return locked.value;
}
