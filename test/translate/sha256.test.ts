import { expect, test } from "bun:test";
import fc from "fast-check";
import { sha256Hex } from "../../src/translate/sha256";

test("the hash is SHA-256, at every length around a block's end", () => {
  for (let length = 0; length < 140; length++) {
    const text = "x".repeat(length);
    expect(sha256Hex(text)).toBe(new Bun.CryptoHasher("sha256").update(text).digest("hex"));
  }
});

test("the hash is over the UTF-8 bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(sha256Hex(text)).toBe(new Bun.CryptoHasher("sha256").update(text).digest("hex"));
    }),
  );
});
