import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_FILE_IDS, type RequestScan, scanRequest } from "../../src/proxy/scan-json";
import { readRecordedRequests } from "../support/recorded-requests";
import { looseJson, looseRequest, toBytes } from "./loose-json";

function scan(text: string): RequestScan {
  const result = scanRequest(toBytes(text));
  if ("error" in result) throw new Error(`${result.error.message} in ${text.slice(0, 200)}`);
  return result;
}

function parse(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function isJson(bytes: Uint8Array): boolean {
  try {
    parse(bytes);
    return true;
  } catch {
    return false; // Exactly what is asked.
  }
}

function saysError(bytes: Uint8Array): boolean {
  return "error" in scanRequest(bytes);
}

function cut(body: Uint8Array, span: { start: number; end: number } | null): unknown {
  return span === null ? undefined : parse(body.subarray(span.start, span.end));
}

describe("the scanner agrees with JSON.parse", () => {
  test("on model, stream and the places of values, however the text is written", () => {
    fc.assert(
      fc.property(looseRequest, (text) => {
        const result = scan(text);
        const value = JSON.parse(text);
        const body = toBytes(text);
        expect(result.kind).toBe("object");
        expect(result.model).toBe(typeof value.model === "string" ? value.model : null);
        expect(result.stream).toBe(value.stream === true);
        expect(cut(body, result.modelSpan)).toEqual(result.model === null ? undefined : result.model);
        expect(cut(body, result.system)).toEqual(value.system);
      }),
      { numRuns: 400 },
    );
  });

  test("on what is JSON at all", () => {
    fc.assert(
      fc.property(looseJson, (text) => {
        expect(saysError(toBytes(text))).toBe(false);
      }),
    );
  });

  test("on texts that were cut or damaged anywhere", () => {
    const damage = fc.record({
      text: fc.oneof(looseJson, looseRequest),
      at: fc.nat(),
      byte: fc.option(
        fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[],:"\\/0123456789-+.eEutfn \t\n'))),
      ),
      how: fc.constantFrom("replace", "insert", "remove", "truncate", "append"),
    });
    fc.assert(
      fc.property(damage, ({ text, at, byte, how }) => {
        const bytes = Buffer.from(text);
        const place = at % (bytes.length + 1);
        const inserted = Buffer.from(byte === null ? [] : [byte]);
        const behind = how === "replace" || how === "remove" ? place + 1 : place;
        const damaged =
          how === "truncate"
            ? bytes.subarray(0, place)
            : how === "append"
              ? Buffer.concat([bytes, inserted])
              : Buffer.concat([
                  bytes.subarray(0, place),
                  how === "remove" ? Buffer.alloc(0) : inserted,
                  bytes.subarray(behind),
                ]);
        expect(saysError(damaged)).toBe(!isJson(damaged));
      }),
      { numRuns: 3000 },
    );
  });

  test("on a short text of any bytes at any alignment, with more text behind its end", () => {
    const alphabet = fc.constantFrom(
      ...Buffer.from('{}[],:"\\ua0-.e1truefalsn \x1f\n\xef\xbb\xbf', "latin1"),
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 12 }), fc.nat(7), (list, offset) => {
        const around = Buffer.alloc(offset + list.length + 16, '"}]');
        around.set(list, offset);
        const bytes = new Uint8Array(around.buffer, around.byteOffset + offset, list.length);
        expect(saysError(bytes)).toBe(!isJson(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    "[1,]",
    "[,1]",
    "{,}",
    '{"a":1,}',
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    "{1:1}",
    "[1 2]",
    "1 2",
    "{} {}",
    "nul",
    "nulll",
    "truefalse",
    "True",
    "NaN",
    "Infinity",
    "-",
    "+1",
    "01",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "1_0",
    '"',
    '"\\',
    '"\\"',
    '"\\x"',
    '"\\u12"',
    '"\\u12G4"',
    '"\n"',
    '"\t"',
    '"\u0000"',
    "'a'",
    "[1]]",
    '"a" "b"',
    "\u00a0{}",
    "{}\u0000",
  ])("refuses %j", (text) => {
    expect(isJson(toBytes(text))).toBe(false);
    expect(saysError(toBytes(text))).toBe(true);
  });

  test.each([
    "0",
    "-0",
    "1.5e+10",
    "1E-2",
    "null",
    "true",
    "false",
    '""',
    "[]",
    "{}",
    " \t\r\n[ ] ",
    '"\\ud800"',
    '"\u007f\u2028"',
    "[[[]]]",
  ])("accepts %j", (text) => {
    expect(JSON.stringify(JSON.parse(text))).toBeString();
    expect(saysError(toBytes(text))).toBe(false);
  });

  test("a byte order mark before the text is dropped, as in decoding; elsewhere it is no white space", () => {
    expect(scan('\ufeff {"model":"a"}').model).toBe("a");
    expect(saysError(toBytes("\ufeff\ufeff{}"))).toBe(true);
    expect(saysError(toBytes("{\ufeff}"))).toBe(true);
  });

  test("invalid UTF-8 inside a string is replaced, not refused", () => {
    const bytes = Buffer.concat([Buffer.from('{"model":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]);
    const result = scanRequest(bytes);
    expect("model" in result && result.model).toBe("a\ufffd\ufffd");
  });

  test("100,000 nested arrays overflow nothing", () => {
    const depth = 100_000;
    const nested = `{"messages":${"[".repeat(depth)}${"]".repeat(depth)},"model":"m","metadata":{"a":${"[".repeat(depth)}1${"]".repeat(depth)}}}`;
    expect(scan(nested).model).toBe("m");
    expect(saysError(toBytes("[".repeat(depth)))).toBe(true);
    expect(saysError(toBytes('{"a":'.repeat(depth)))).toBe(true);
  });

  test("names the byte at which the text goes wrong", () => {
    expect(scanRequest(toBytes('{"a":1,}'))).toEqual({
      error: { message: "unexpected character", offset: 7 },
    });
    expect(scanRequest(toBytes('{"é":\x01}'))).toEqual({
      error: { message: "unexpected character", offset: 6 },
    });
    expect(scanRequest(toBytes('{"a":"bc'))).toEqual({
      error: { message: "unexpected end of the JSON text", offset: 8 },
    });
  });
});

describe("the recorded requests of the client", () => {
  test("give what JSON.parse gives", () => {
    const requests = readRecordedRequests().filter((request) => request.body !== null);
    expect(requests.length).toBeGreaterThan(20);
    for (const { body, bytes } of requests) {
      const result = scan(bytes);
      const messages = (body?.messages ?? []) as { role: string }[];
      expect(result.model).toBe(body?.model as string);
      expect(result.stream).toBe(body?.stream === true);
      expect(cut(toBytes(bytes), result.system)).toEqual(body?.system);
      expect(cut(toBytes(bytes), result.firstUserMessage)).toEqual(
        messages.find(({ role }) => role === "user"),
      );
      expect(result.userId).toBe((body?.metadata as { user_id: string } | undefined)?.user_id ?? null);
      expect(result.held).toEqual({ thread: null, container: null, fileIds: [] });
    }
  });

  test("only the one made for a one-hour cache asks for it", () => {
    const asking = readRecordedRequests().filter(
      ({ body, bytes }) => body !== null && scan(bytes).oneHourCache,
    );
    expect(asking.map(({ name }) => name)).toEqual(["hello-oauth-1h-cache"]);
  });
});

describe("the top level", () => {
  test.each([
    ["{}", "object"],
    ["[{}]", "array"],
    ['"model"', "string"],
    ["-1", "number"],
    ["true", "boolean"],
    ["null", "null"],
  ] as const)("%s is of kind %s", (text, kind) => {
    expect(scan(text)).toMatchObject({
      kind,
      model: null,
      stream: false,
      firstUserMessage: null,
      userId: null,
    });
  });

  test("of duplicate keys the last counts, also when it is of the wrong kind", () => {
    expect(scan('{"model":"a","model":"b"}').model).toBe("b");
    expect(scan('{"model":"a","model":5}')).toMatchObject({ model: null, modelSpan: null });
    expect(scan('{"stream":true,"stream":"true"}').stream).toBe(false);
  });

  test("keys written with escapes count", () => {
    expect(scan('{"mod\\u0065l":"a","\\u0073tream":true}')).toMatchObject({ model: "a", stream: true });
    expect(scan('{"\\"model":"a"}').model).toBeNull();
  });

  test("members of inner objects and text inside strings do not", () => {
    const text =
      '{"system":"\\"model\\":\\"x\\", \\"stream\\":true","metadata":{"model":"x","stream":true},"messages":[{"model":"x"}]}';
    expect(scan(text)).toMatchObject({ model: null, stream: false });
  });

  test("a zero-width no-break space at the beginning of a value is part of it", () => {
    expect(scan('{"model":"\ufeffm"}').model).toBe("\ufeffm");
    expect(scan('{"model":"\ufeff\\u006d"}').model).toBe("\ufeffm");
  });

  test("an escaped model name is decoded", () => {
    expect(scan('{"model":"claude\\u002dé\\n"}').model).toBe("claude-é\n");
  });
});

describe("the first user message", () => {
  test("is the first element with that role, wherever the role stands", () => {
    const text =
      '{"messages": [ {"role":"system","content":"s"} , {"content":"hi","role":"user"}, {"role":"user"}]}';
    expect(cut(toBytes(text), scan(text).firstUserMessage)).toEqual({ content: "hi", role: "user" });
  });

  test.each(['{"messages":[]}', '{"messages":"user"}', '{"messages":[{"role":"assistant"},null,7]}', "{}"])(
    "is missing in %s",
    (text) => {
      expect(scan(text).firstUserMessage).toBeNull();
    },
  );
});

describe("state that the server holds", () => {
  test("a continued thread ties the request, one that is created does not", () => {
    expect(scan('{"thread":{"type":"continue","previous_message_id":"msg_1"}}').held.thread).toBe("msg_1");
    expect(scan('{"thread":{"type":"continue"}}').held.thread).toBe("");
    expect(scan('{"thread":{"type":"create"}}').held.thread).toBeNull();
    expect(scan('{"thread":null}').held.thread).toBeNull();
  });

  test("a container is named by its id or by an object with it", () => {
    expect(scan('{"container":"container_1"}').held.container).toBe("container_1");
    expect(scan('{"container":{"skills":[],"id":"container_2"}}').held.container).toBe("container_2");
    expect(scan('{"container":{"skills":[]}}').held.container).toBeNull();
    expect(scan('{"container":null}').held.container).toBeNull();
  });

  test("file ids are found at any depth, once each", () => {
    const file = (id: string) => ({ type: "document", source: { type: "file", file_id: id } });
    const content = [
      file("file_1"),
      file("file_1"),
      { type: "tool_result", content: [file("file_2")] },
      { type: "container_upload", file_id: "file_3" },
    ];
    const text = JSON.stringify({ messages: [{ role: "user", content }] });
    expect(scan(text).held.fileIds).toEqual(["file_1", "file_2", "file_3"]);
    expect(scan(text.replace("file_id", "f\\u0069le_id")).held.fileIds).toEqual([
      "file_1",
      "file_2",
      "file_3",
    ]);
  });

  test("a tool's own data, schemas and text are not taken for it", () => {
    const text = JSON.stringify({
      system: '{"file_id":"file_0"}',
      tools: [
        {
          name: "t",
          input_schema: { properties: { file_id: { type: "string" } }, default: { file_id: "x", ttl: "1h" } },
        },
      ],
      messages: [
        {
          role: "assistant",
          content: [{ type: "tool_use", input: { deep: [{ file_id: "x" }], ttl: "1h" } }],
        },
      ],
    });
    expect(scan(text)).toMatchObject({ oneHourCache: false, held: { fileIds: [] } });
  });

  test("what follows a tool's own data is read again", () => {
    const text = JSON.stringify({
      messages: [
        {
          role: "assistant",
          content: [{ type: "tool_use", input: {}, cache_control: { type: "ephemeral", ttl: "1h" } }],
        },
        { role: "user", content: [{ type: "image", source: { type: "file", file_id: "file_9" } }] },
      ],
    });
    expect(scan(text)).toMatchObject({ oneHourCache: true, held: { fileIds: ["file_9"] } });
  });

  test("file ids without number are bounded", () => {
    const content = Array.from({ length: 3 * MAX_FILE_IDS }, (_, index) => ({
      source: { file_id: `file_${index}` },
    }));
    expect(scan(JSON.stringify({ messages: [{ content }] })).held.fileIds).toHaveLength(MAX_FILE_IDS);
  });
});
