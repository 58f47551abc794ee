// Keys over HTTP: added, changed, removed, paused, tested, and given another chance.
import { Hono } from "hono";
import * as z from "zod/mini";
import { unknownKey } from "../../config/edit-keys";
import { recognizeToken } from "../../config/recognize-token";
import type { Key } from "../../config/types";
import { testKey } from "../../proxy/test-key";
import type { KeyChangesBody, KeyTest, NewKeyBody, TokenKind } from "../contract";
import { answerChange, type ConfigRouteOptions, readIfMatch } from "./config-routes";
import type { DashboardEnv } from "./dashboard-env";
import { describeTokenKind } from "./describe-token-kind";
import { noBody, validBody } from "./validate";

const api = z.enum(["responses", "chat"]);

const newKey = z.strictObject({
  token: z.string(),
  label: z.optional(z.string()),
  id: z.optional(z.string()),
  baseUrl: z.optional(z.string()),
  group: z.optional(z.string()),
  provider: z.optional(z.enum(["anthropic", "openai"])),
  type: z.optional(z.enum(["api-key", "oauth"])),
  api: z.optional(api),
});

/** null takes a setting away. */
const keyChanges = z.strictObject({
  token: z.optional(z.string()),
  label: z.optional(z.nullable(z.string())),
  group: z.optional(z.nullable(z.string())),
  baseUrl: z.optional(z.nullable(z.string())),
  api: z.optional(z.nullable(api)),
  enabled: z.optional(z.boolean()),
});

const tokenBody = z.strictObject({ token: z.string() });

/** Below `/dashboard/api`; the guard, the client token and the content type were checked before. */
export function createKeyRoutes(options: ConfigRouteOptions) {
  const { runtime, liveConfig } = options;
  return new Hono<DashboardEnv>()
    .post("/keys", validBody(newKey), (context) => {
      const key: NewKeyBody = context.req.valid("json");
      const edit = { edit: "add-key", key } as const;
      return answerChange(context, options, () => liveConfig.change(edit, readIfMatch(context) ?? null));
    })
    .patch("/keys/:id", validBody(keyChanges), (context) => {
      const id = context.req.param("id");
      const changes: KeyChangesBody = context.req.valid("json");
      const edit = { edit: "change-key", id, changes } as const;
      return answerChange(context, options, () => liveConfig.change(edit, readIfMatch(context) ?? null));
    })
    .delete("/keys/:id", noBody, (context) => {
      const edit = { edit: "remove-key", id: context.req.param("id") } as const;
      return answerChange(context, options, () => liveConfig.change(edit, readIfMatch(context) ?? null));
    })
    .post("/keys/:id/pause", noBody, (context) => {
      const edit = { edit: "pause-key", id: context.req.param("id") } as const;
      return answerChange(context, options, () => liveConfig.change(edit, null));
    })
    .post("/keys/:id/resume", noBody, (context) => {
      const id = context.req.param("id");
      return answerChange(context, options, async () => {
        const changed = await liveConfig.change({ edit: "resume-key", id }, null);
        await liveConfig.readSecrets();
        runtime.pool.clear(id);
        return changed;
      });
    })
    .post("/keys/:id/try-now", noBody, (context) => {
      const { id } = requireKey(context.req.param("id"));
      return answerChange(context, options, async () => {
        await liveConfig.readSecrets();
        runtime.pool.clear(id);
        return { hash: liveConfig.loaded.hash, id: null, notices: [], undo: null };
      });
    })
    .post("/keys/:id/test", noBody, async (context) => {
      const key = requireKey(context.req.param("id"));
      await liveConfig.readSecrets();
      return context.json(await test(key));
    })
    .post("/tokens/recognize", validBody(tokenBody), (context) => {
      const recognized = recognizeToken(context.req.valid("json").token);
      return context.json(describeTokenKind(recognized) satisfies TokenKind);
    });

  function requireKey(id: string): Key {
    const { keys } = runtime.config;
    const key = keys.get(id);
    if (key === undefined) throw unknownKey(id, keys.keys());
    return key;
  }

  /** The upstream takes the token again: nobody has to wait for the next try. What else rests the key stays. */
  function endRejection(id: string): void {
    const found = runtime.pool.keyStates().find((key) => key.id === id);
    if (found?.state !== "rejected") return;
    if (found.cooldowns.every(({ code }) => code === "rejected")) runtime.pool.clear(id);
  }

  async function test(key: Key): Promise<KeyTest> {
    const usable = runtime.keys.get(key.id);
    if (usable === undefined) {
      const words = runtime.pool.keyStates().find(({ id }) => id === key.id)?.reason ?? "no token";
      return { ok: false, status: null, words, ms: 0 };
    }
    const { token, type } = usable.credential;
    const tools = { connections: runtime.connections, now: Date.now };
    const { result, words, status, latencyMs } = await testKey(
      { ...key, type },
      token,
      runtime.config,
      tools,
    );
    if (result === "ok") endRejection(key.id);
    const verdict = result === "ok" ? "accepted" : result.replaceAll("_", " ");
    return {
      ok: result === "ok",
      status,
      words: words === "" ? verdict : `${verdict}: ${words}`,
      ms: Math.round(latencyMs ?? 0),
    };
  }
}
