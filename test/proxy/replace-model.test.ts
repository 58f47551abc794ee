import { expect, test } from "bun:test";
import fc from "fast-check";
import { replaceModel } from "../../src/proxy/replace-model";
import { scanRequest } from "../../src/proxy/scan-json";
import { readRecordedRequests } from "../support/recorded-requests";
import { looseRequest, toBytes } from "./loose-json";

function modelSpan(body: Uint8Array) {
  const scan = scanRequest(body);
  if ("error" in scan || scan.modelSpan === null) throw new Error("no model in the test's own text");
  return scan.modelSpan;
}

test("only the bytes of the model change, and JSON.parse sees only another model", () => {
  const withModel = fc.tuple(looseRequest, fc.string()).map(([text, model]) => {
    const inner = text.trim().slice(1, -1).trim();
    return `{${inner}${inner === "" ? "" : ","} "model"\n: ${JSON.stringify(model)} }`;
  });
  fc.assert(
    fc.property(withModel, fc.string({ unit: "binary" }), (text, model) => {
      const body = toBytes(text);
      const span = modelSpan(body);
      const replaced = replaceModel(body, span, model);
      const tail = body.length - span.end;
      expect(replaced.subarray(0, span.start)).toEqual(body.subarray(0, span.start));
      expect(replaced.subarray(replaced.length - tail)).toEqual(body.subarray(span.end));
      expect(JSON.parse(Buffer.from(replaced).toString())).toEqual({ ...JSON.parse(text), model });
    }),
  );
});

test("a recorded request differs in its model only", () => {
  for (const { body: parsed, bytes } of readRecordedRequests().filter(({ body }) => body !== null)) {
    const body = toBytes(bytes);
    const replaced = replaceModel(body, modelSpan(body), 'claude-"next"');
    expect(JSON.parse(Buffer.from(replaced).toString())).toEqual({ ...parsed, model: 'claude-"next"' });
    expect(Buffer.from(replaced).toString()).toBe(bytes.replace(`"${parsed?.model}"`, '"claude-\\"next\\""'));
  }
});

test("the body that was given stays as it was", () => {
  const body = toBytes('{"model":"a"}');
  replaceModel(body, modelSpan(body), "b");
  expect(Buffer.from(body).toString()).toBe('{"model":"a"}');
});
