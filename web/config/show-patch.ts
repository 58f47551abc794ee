// The config as it will be once a patch is written, so that an edit shows at once. Pure.
import type { ConfigPatch, ConfigView } from "../../src/server/contract";
import { isObject, mergePatch } from "./merge-patch";

/** A setting that the patch takes away keeps the value in force until the proxy has told the default. */
export function showPatch(view: ConfigView, patch: ConfigPatch): ConfigView {
  const document = mergePatch(view.document, patch);
  const effective = Object.fromEntries(
    Object.entries(view.effective).map(([name, value]) => {
      const written = Object.hasOwn(patch, name) ? document[name] : undefined;
      if (written === undefined) return [name, value];
      // A table stands as it is written; of the timeouts, what is not written keeps its default.
      return [name, name === "timeouts" && isObject(value) ? { ...value, ...(written as object) } : written];
    }),
  ) as unknown as ConfigView["effective"];
  return { ...view, document, effective };
}
