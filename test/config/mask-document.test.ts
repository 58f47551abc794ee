import { expect, test } from "bun:test";
import { isJsonObject, toJsonValue } from "../../src/config/document";
import { maskDocument, unmaskPatch } from "../../src/config/mask-document";

const token = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";

function documentOf(value: unknown) {
  const document = toJsonValue(value);
  if (!isJsonObject(document)) throw new Error("no document");
  return document;
}

const document = documentOf({
  keys: {
    work: { token, label: `mine ${token}`, group: "acme" },
    ci: { token: "env:CI_KEY" },
    local: { token: "short" },
  },
  clientToken: "client-AAAABBBB-abcd",
  allowedOrigins: ["https://app.example"],
  modelFallback: { token: "claude-sonnet-4-6" },
});

test("tokens show four characters at most, references stay, what looks like a token elsewhere goes", () => {
  expect(maskDocument(document)).toEqual(
    documentOf({
      keys: {
        work: { token: "…1234", label: "mine [redacted]", group: "acme" },
        ci: { token: "env:CI_KEY" },
        local: { token: "…" },
      },
      clientToken: "…abcd",
      allowedOrigins: ["https://app.example"],
      modelFallback: { token: "claude-sonnet-4-6" },
    }),
  );
});

test("a masked document that is sent back stands for the document itself", () => {
  expect(unmaskPatch(maskDocument(document), document)).toEqual(document);
});

test("a masked value stands only for what is at its own place", () => {
  const moved = documentOf({ keys: { other: { token: "…1234" }, ci: { token: "…1234" } } });
  expect(unmaskPatch(moved, document)).toEqual(moved);
});

test("other values of a patch stay what they are", () => {
  const patch = documentOf({
    keys: { work: { token: "sk-ant-api03-new-new-new-new", label: null }, ci: null },
    allowedOrigins: [],
  });
  expect(unmaskPatch(patch, document)).toEqual(patch);
});
