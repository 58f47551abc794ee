// Sets the order in which a profile asks its keys: shown at once, taken back when refused, with undo.
import type { ProfileView } from "../../src/server/contract";
import type { Page } from "../page";

/** `ids` null: no order of its own, every key is used. */
export function setKeyOrder(page: Page, profile: ProfileView, ids: string[] | null): Promise<boolean> {
  const { name } = profile;
  const words =
    ids === null ? `Profile ${name} uses every key.` : `Profile ${name} asks its keys in the new order.`;
  return page.config.write({
    words,
    path: `/profiles/${encodeURIComponent(name)}/order`,
    method: "PUT",
    body: { keyOrder: ids },
    patch: { profiles: { [name]: { keyOrder: ids } } },
    show: ({ profiles, keys }) => ({
      profiles: profiles.map((one) =>
        one.name === name
          ? { ...one, keyOrder: ids ?? keys.map(({ id }) => id), explicitOrder: ids !== null }
          : one,
      ),
    }),
  });
}
