// Chains as they are drawn and edited: one chain's edit never reaches into another.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { modelChain } from "../../src/engine/models";
import {
  diffTables,
  follow,
  insertModel,
  listChains,
  longestChain,
  otherChainsChanged,
  removeChain,
  removeModel,
  reorder,
} from "../../web/chains/chains";
import { mergePatch } from "../../web/config/merge-patch";

const table = (entries: Record<string, string>) => new Map(Object.entries(entries));
const shown = (entries: Record<string, string>) =>
  listChains(table(entries)).map(
    ({ head, links }) => `${head}: ${links.map(({ model }) => model).join(" ")}`,
  );

describe("listChains", () => {
  test("each model that no other leads to begins one", () => {
    expect(shown({ b: "c", a: "b", x: "y" })).toEqual(["a: a b c", "x: x y"]);
  });

  test("chains that join say so from there on", () => {
    const [a, b] = listChains(table({ a: "c", b: "c", c: "d" }));
    expect(a?.links.map(({ sharedWith }) => sharedWith)).toEqual([[], ["b"], ["b"]]);
    expect(b?.links.map(({ sharedWith }) => sharedWith)).toEqual([[], ["a"], ["a"]]);
  });

  test("a circle is one chain that leads back; a model that leads to itself too", () => {
    expect(listChains(table({ a: "b", b: "a" }))).toMatchObject([{ head: "a", backTo: "a" }]);
    expect(listChains(table({ a: "a" }))).toMatchObject([{ head: "a", backTo: "a" }]);
    expect(listChains(table({ x: "a", a: "b", b: "a" }))).toMatchObject([{ head: "x", backTo: "a" }]);
  });

  test("what lies behind the fifth model is drawn as never reached", () => {
    const [chain] = listChains(table({ a: "b", b: "c", c: "d", d: "e", e: "f" }));
    expect(chain?.links.map(({ reached }) => reached)).toEqual([true, true, true, true, true, false]);
  });

  test("a model called constructor is a model", () => {
    expect(shown({ constructor: "__proto__" })).toEqual(["constructor: constructor __proto__"]);
  });
});

describe("edits", () => {
  test("the first model of an empty chain is kept", () => {
    expect(insertModel(table({}), "a", 1, "b")).toEqual(table({ a: "b" }));
  });

  test("a model comes in between, in front and at the end", () => {
    expect(insertModel(table({ a: "b" }), "a", 1, "x")).toEqual(table({ a: "x", x: "b" }));
    expect(insertModel(table({ a: "b" }), "a", 2, "x")).toEqual(table({ a: "b", b: "x" }));
  });

  test("a model that leads elsewhere already goes on leading there", () => {
    expect(insertModel(table({ a: "b", x: "y" }), "a", 1, "x")).toEqual(table({ a: "x", x: "y" }));
  });

  test("a model is taken out, and what only this chain led to goes with it", () => {
    expect(removeModel(table({ a: "b", b: "c" }), "a", 1)).toEqual(table({ a: "c" }));
    expect(removeModel(table({ a: "b", b: "c" }), "a", 2)).toEqual(table({ a: "b" }));
    expect(removeModel(table({ a: "b" }), "a", 1)).toEqual(table({}));
  });

  test("what another chain passes through stays", () => {
    const joined = table({ a: "b", e: "b", b: "c" });
    expect(removeModel(joined, "a", 1)).toEqual(table({ a: "c", e: "b", b: "c" }));
    expect(removeChain(joined, "a")).toEqual(table({ e: "b", b: "c" }));
  });

  test("an edit that reaches into another chain is told", () => {
    const joined = table({ a: "b", e: "b", b: "c" });
    expect(otherChainsChanged(joined, removeModel(joined, "a", 2), "a")).toEqual(["e"]);
    expect(otherChainsChanged(joined, removeModel(joined, "a", 1), "a")).toEqual([]);
  });

  test("the models behind the head take another order", () => {
    expect(reorder(table({ a: "b", b: "c", c: "d" }), "a", ["c", "b", "d"])).toEqual(
      table({ a: "c", c: "b", b: "d" }),
    );
  });
});

describe("properties", () => {
  const model = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "__proto__");
  const tables = fc.array(fc.tuple(model, model), { maxLength: 8 }).map((pairs) => new Map(pairs));

  test("a chain is followed as the proxy follows it", () => {
    fc.assert(
      fc.property(tables, model, (entries, head) => {
        expect(follow(entries, head).slice(0, longestChain)).toEqual(modelChain(head, entries));
      }),
    );
  });

  test("every model with a fallback is in some chain", () => {
    fc.assert(
      fc.property(tables, (entries) => {
        const drawn = new Set(listChains(entries).flatMap(({ links }) => links.map((link) => link.model)));
        for (const from of entries.keys()) expect(drawn.has(from)).toBe(true);
      }),
    );
  });

  test("the patch between two tables makes the one of the other", () => {
    fc.assert(
      fc.property(tables, tables, (before, after) => {
        const patched = mergePatch(Object.fromEntries(before), diffTables(before, after));
        expect(new Map(Object.entries(patched))).toEqual(after);
      }),
    );
  });

  test("removing a chain, or adding a model that is in none, changes no other", () => {
    fc.assert(
      fc.property(tables, (entries) => {
        for (const { head, links } of listChains(entries)) {
          expect(otherChainsChanged(entries, removeChain(entries, head), head)).toEqual([]);
          if (links.some((link) => link.sharedWith.length > 0)) continue;
          const longer = insertModel(entries, head, 1, "new");
          expect(otherChainsChanged(entries, longer, head)).toEqual([]);
          expect(follow(longer, head).slice(1)).toEqual(["new", ...follow(entries, head).slice(1)]);
        }
      }),
    );
  });
});
