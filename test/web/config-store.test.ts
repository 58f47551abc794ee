// Edits of the config by the page, against a small server of the same rules: shown at once, in turn, never over others.
import { beforeEach, describe, expect, test } from "bun:test";
import { signal } from "@preact/signals";
import type { ConfigView } from "../../src/server/contract";
import { Api } from "../../web/api";
import { ConfigStore } from "../../web/config/config-store";
import { type Json, mergePatch } from "../../web/config/merge-patch";
import type { Model } from "../../web/model";
import type { Page } from "../../web/page";
import { configView } from "../support/config-view";
import { until } from "../support/gate";

/** Keeps a document as the proxy does: a hash of its content, 412 for another one, undo by name. */
class FakeProxy {
  document: Json = {};
  readonly undos = new Map<string, Json>();
  readonly patches: Json[] = [];
  reads = 0;
  refuse: string | null = null;
  /** Each answer of a write waits for it. */
  pause: Promise<unknown> = Promise.resolve();

  get hash(): string {
    return Bun.hash(JSON.stringify(this.document)).toString(16);
  }

  get view(): ConfigView {
    return { ...configView({ document: this.document }), hash: this.hash };
  }

  async answer(url: string, init: RequestInit): Promise<Response> {
    if (init.method === "GET") {
      this.reads += 1;
      return Response.json(this.view);
    }
    const body = JSON.parse(String(init.body));
    await this.pause;
    if (url.endsWith("/undo")) {
      this.document = this.undos.get(body.undo) ?? this.document;
      return Response.json({ hash: this.hash, notices: [], undo: null });
    }
    if (this.refuse !== null) return error(422, "config_invalid", this.refuse);
    const ifMatch = new Headers(init.headers).get("if-match");
    if (ifMatch !== `"${this.hash}"`) return error(412, "config_stale", "Changed meanwhile.");
    this.patches.push(body);
    const undo = crypto.randomUUID();
    this.undos.set(undo, this.document);
    this.document = mergePatch(this.document, body);
    return Response.json({ hash: this.hash, notices: ["A notice."], undo });
  }
}

function error(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message, hint: null } }, { status });
}

describe("the config as the page edits it", () => {
  let proxy: FakeProxy;
  let store: ConfigStore;
  let said: { text: string; undo: (() => void) | undefined }[];
  let model: { value: Model | null };

  beforeEach(async () => {
    proxy = new FakeProxy();
    said = [];
    const api = new Api(
      (url, init) => proxy.answer(url, init),
      () => {},
    );
    model = signal<Model | null>({ configHash: proxy.hash, configError: null } as Model);
    const toasts = {
      show: (text: string, options: { undo?: () => void } = {}) => said.push({ text, undo: options.undo }),
    };
    store = new ConfigStore({ api, model, toasts } as unknown as Page);
    store.follow();
    await until("it is loaded", () => store.view.value);
  });
  /** What an event of the proxy does. */
  const announce = () => {
    model.value = { configHash: proxy.hash, configError: null } as Model;
  };
  const shown = () => store.view.value?.document;

  test("a burst of events that tell of a change is one read", async () => {
    const { reads } = proxy;
    proxy.document = { queueWaitMs: 1 };
    for (let event = 0; event < 20; event += 1) announce();
    await until("the change is shown", () => shown()?.queueWaitMs === 1);
    await store.change({ cooldownMs: 6 }, "In turn, after every read that was asked for.");
    // The second one follows the write.
    expect(proxy.reads - reads).toBeLessThanOrEqual(2);
  });

  test("shows an edit at once, says so with undo, and undo brings the old state back", async () => {
    const done = store.change({ queueWaitMs: 5 }, "It waits.");
    expect(shown()).toEqual({ queueWaitMs: 5 });
    expect(await done).toBe(true);
    expect(said[0]?.text).toBe("It waits. A notice.");
    said[0]?.undo?.();
    await until("it is taken back", () => said.length === 2);
    expect([proxy.document, shown()]).toEqual([{}, {}]);
  });

  test("the same state reached again by undo can be edited again", async () => {
    await store.change({ queueWaitMs: 5 }, "First.");
    said[0]?.undo?.();
    await until("it is taken back", () => said.length === 2);
    expect(await store.change({ queueWaitMs: 6 }, "Second.")).toBe(true);
    expect(store.conflict.value).toBeNull();
    expect(proxy.document).toEqual({ queueWaitMs: 6 });
  });

  test("edits made in one breath go out one after the other, each for the state that the one before left", async () => {
    const edits = [1, 2, 3].map((port) => store.change({ profiles: { [`p${port}`]: { port } } }, `${port}`));
    expect(Object.keys(shown()?.profiles as Json)).toEqual(["p1", "p2", "p3"]);
    expect(await Promise.all(edits)).toEqual([true, true, true]);
    expect(proxy.patches).toHaveLength(3);
    expect(store.conflict.value).toBeNull();
  });

  test("a field that was begun before an edit of one's own is no conflict", async () => {
    const began = store.hash;
    await store.change({ queueWaitMs: 5 }, "First.");
    if (began === undefined) throw new Error("no hash");
    expect(await store.change({ cooldownMs: 6 }, "Second.", { ifMatch: began })).toBe(true);
    expect(proxy.document).toEqual({ queueWaitMs: 5, cooldownMs: 6 });
  });

  test("a refused edit is taken back and told", async () => {
    proxy.refuse = "Not a port.";
    expect(await store.change({ queueWaitMs: 5 }, "It waits.")).toBe(false);
    expect(shown()).toEqual({});
    expect(said).toEqual([{ text: "Not a port.", undo: undefined }]);
  });

  test("what others wrote stays: both sides are told, and the edit can be made on top", async () => {
    proxy.document = { queueWaitMs: 1 };
    const [one, other] = [store.change({ queueWaitMs: 5 }, "One."), store.change({ cooldownMs: 7 }, "Two.")];
    expect(await Promise.all([one, other])).toEqual([false, false]);
    expect(shown()).toEqual({ queueWaitMs: 1 });
    expect(store.conflict.value).toMatchObject({ before: {}, after: { queueWaitMs: 1 } });
    expect(store.conflict.value?.edits.map(({ words }) => words)).toEqual(["One.", "Two."]);
    expect(proxy.patches).toEqual([]);
    await store.reapply();
    expect(proxy.document).toEqual({ queueWaitMs: 5, cooldownMs: 7 });
    expect(store.conflict.value).toBeNull();
  });

  test("an edit begun before somebody else's is a conflict even when that was shown meanwhile", async () => {
    const began = store.hash ?? "";
    proxy.document = { queueWaitMs: 1 };
    announce();
    await until("it is shown", () => shown()?.queueWaitMs === 1);
    expect(await store.change({ queueWaitMs: 5 }, "Mine.", { ifMatch: began })).toBe(false);
    expect(store.conflict.value).toMatchObject({ before: {}, after: { queueWaitMs: 1 } });
    expect(proxy.document).toEqual({ queueWaitMs: 1 });
  });

  test("an event of one's own change, before its answer, disturbs nothing", async () => {
    const gate = Promise.withResolvers<void>();
    const done = store.change({ queueWaitMs: 5 }, "It waits.");
    proxy.pause = gate.promise;
    const second = store.change({ cooldownMs: 6 }, "It cools.");
    announce();
    gate.resolve();
    expect(await Promise.all([done, second])).toEqual([true, true]);
    expect(shown()).toEqual({ queueWaitMs: 5, cooldownMs: 6 });
    expect(store.conflict.value).toBeNull();
  });
});
