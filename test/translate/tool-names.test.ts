import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeToolNames } from "../../src/translate/tool-names";

const legal = /^[a-zA-Z0-9_-]{1,64}$/;
const long = `mcp__a-server-with-a-long-name__${"x".repeat(60)}`;

describe("names", () => {
  test("legal names stay", () => {
    const names = makeToolNames({ tools: [{ name: "Read" }, { name: "mcp__a__b-c" }] });
    expect(names.toWire("Read")).toBe("Read");
    expect(names.toWire("mcp__a__b-c")).toBe("mcp__a__b-c");
  });

  test("a name of over 64 characters keeps its beginning and comes back", () => {
    const names = makeToolNames({ tools: [{ name: long }] });
    const wire = names.toWire(long);
    expect(wire).toMatch(legal);
    expect(wire).toStartWith("mcp__a-server-with-a-long-name__xxx");
    expect(names.toClient(wire)).toBe(long);
  });

  test("a name is the same in every request, whatever stands beside it", () => {
    const alone = makeToolNames({ tools: [{ name: long }] });
    const beside = makeToolNames({ tools: [{ name: "Read" }, { name: "ファイル" }, { name: long }] });
    expect(beside.toWire(long)).toBe(alone.toWire(long));
  });

  test("a legal name that looks like another's short form keeps its own", () => {
    const taken = makeToolNames({ tools: [{ name: long }] }).toWire(long);
    const names = makeToolNames({ tools: [{ name: long }, { name: taken }] });
    expect(names.toWire(taken)).toBe(taken);
    expect(names.toWire(long)).not.toBe(taken);
    expect(names.toClient(names.toWire(long))).toBe(long);
  });

  test("names that only history and tool_choice have are known too", () => {
    const names = makeToolNames({
      messages: [{ role: "assistant", content: [{ type: "tool_use", name: "a.b" }] }],
      tool_choice: { type: "tool", name: "c d" },
    });
    expect(names.toClient(names.toWire("a.b"))).toBe("a.b");
    expect(names.toClient(names.toWire("c d"))).toBe("c d");
  });

  test("a name that the model made up stays as it is", () => {
    expect(makeToolNames({}).toClient("invented")).toBe("invented");
  });

  test("any set of names is unique on the wire and comes back", () => {
    const anyName = fc.oneof(
      fc.string({ maxLength: 90 }),
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "__proto__"),
    );
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { maxLength: 30 }), (clientNames) => {
        const names = makeToolNames({ tools: clientNames.map((name) => ({ name })) });
        const wireNames = clientNames.map((name) => names.toWire(name));
        expect(new Set(wireNames).size).toBe(clientNames.length);
        for (const wire of wireNames) expect(wire).toMatch(legal);
        expect(wireNames.map((wire) => names.toClient(wire))).toEqual(clientNames);
      }),
    );
  });
});

describe("ids", () => {
  test("ids that fit stay, longer ones become short ones and come back", () => {
    const names = makeToolNames({});
    const id = `call_${"y".repeat(80)}`;
    expect(names.toWireId("toolu_01A")).toBe("toolu_01A");
    expect(names.toWireId(id)).toMatch(legal);
    expect(names.toWireId(id)).toBe(makeToolNames({ tools: [{ name: "x" }] }).toWireId(id));
    expect(names.toClientId(names.toWireId(id))).toBe(id);
  });
});

test("a name that the model made up becomes one that Claude takes back, the right one where it is clear", () => {
  const names = makeToolNames({ tools: [{ name: "get_weather" }, { name: "mcp.files/read" }] });
  expect(names.toClient("functions.get_weather")).toBe("get_weather");
  expect(names.toClient(`functions.${names.toWire("mcp.files/read")}`)).toBe("mcp.files/read");
  expect(names.toClient("functions.unheard_of")).toBe("functions_unheard_of");
  expect(names.toClient("multi_tool_use.parallel")).toBe("multi_tool_use_parallel");
  expect(names.toClient("get_time")).toBe("get_time");
  expect(names.toClient("x".repeat(300))).toBe("x".repeat(128));
  expect(names.toClient("東京")).toBe("__");
});
