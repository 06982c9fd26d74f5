import fc from "fast-check";
import { expect, it } from "vitest";
import { exactBytes, exactText } from "./exact-text.ts";

it("gives back the bytes of any file name", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      return Buffer.from(exactBytes(exactText(Buffer.from(bytes)))).equals(Buffer.from(bytes));
    }),
  );
});

it("gives back any well-formed text, and leaves it as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      return exactText(Buffer.from(text)) === text && exactBytes(text) === text;
    }),
  );
});

it("keeps what can be read of a name that is no UTF-8", () => {
  const text = exactText(Buffer.from("né/l\xe9/🎉", "latin1").fill("né", 0, 3));
  expect(text.toWellFormed()).toMatch(/^né/);
  expect(exactText(Buffer.from([0x61, 0xe9, 0x62]))).toBe("a\udce9b");
});
