// Removes a key: gone at once, back when the proxy refuses, with undo.
import type { KeyView } from "../../src/server/contract";
import type { Page } from "../page";

export function removeKey(page: Page, { id, label }: KeyView): Promise<boolean> {
  return page.config.write({
    words: `${label} is removed.`,
    path: `/keys/${encodeURIComponent(id)}`,
    method: "DELETE",
    patch: { keys: { [id]: null } },
    show: ({ keys, profiles }) => ({
      keys: keys.filter((key) => key.id !== id),
      profiles: profiles.map((profile) => ({
        ...profile,
        keyOrder: profile.keyOrder.filter((other) => other !== id),
      })),
    }),
  });
}
