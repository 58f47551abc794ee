// cf why: the story of one request in words.
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";
import { quoteWord, usageError } from "../usage-error";

export const whyCommand = defineCommand({
  positionals: [
    {
      name: "request-id",
      summary: "From the x-cf-request-id header or the log; its beginning will do where no other begins so",
      required: true,
    },
  ],
  flags: { json: { type: "switch", summary: "Print the record as JSON" } },
  details: "Works whether the proxy runs or not.",
  examples: ["cf why req_cf_019abc…"],
  async run({ flags, positionals, output, env }) {
    const id = positionals[0] ?? "";
    if (!/^(?:req_cf_)?[0-9a-f]{1,32}$/i.test(id)) {
      throw usageError(
        `${quoteWord(id)} is no id of a request.`,
        "It reads req_cf_ and 32 digits, as in x-cf-request-id.",
      );
    }
    const { resolvePaths } = await import("../../config/paths");
    const { findRequest } = await import("../find-request");
    const found = await findRequest(resolvePaths(env), id);
    if (found.length === 0) {
      throw new CfError("request_unknown", `No recorded request has an id that begins with ${id}.`, {
        hint: "Requests are recorded when they end, and kept for retentionDays. What this proxy refused at the door, a foreign web page or a wrong client token, is not recorded.",
      });
    }
    const [row] = found;
    if (row === undefined || found.length > 1) {
      const shown = found.map((candidate) => candidate.id).join(", ");
      throw usageError(`Several ids begin with ${id}: ${shown}.`, "Give more of it.");
    }
    if (flags.json) {
      output.out.line(JSON.stringify(row, null, 2));
      return exitCode.ok;
    }
    const { tellStory } = await import("../tell-story");
    const { openClock } = await import("../print/open-clock");
    for (const line of tellStory(row, openClock(), output.out.paint)) output.out.line(line);
    return exitCode.ok;
  },
});
