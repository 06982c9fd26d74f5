import fc from "fast-check";
import { expect, test } from "vitest";
import { disarmMentions } from "./mentions.ts";

const startsOutside = (path: string): boolean => /^(\/|~|\.\.)/.test(path);

test.each([
  ["see @/etc/passwd.", "see @ /etc/passwd."],
  ["- @~/.ssh/id_rsa\n@../x#L1-5", "- @ ~/.ssh/id_rsa\n@ ../x#L1-5"],
  ['"@a" then @"../two words"', '"@a" then @ "../two words"'],
  ['@"a @../x b"', '@"a @ ../x b"'],
  ["参照。@../x", "参照。@ ../x"],
  ['@"  ../x"', '@ "  ../x"'],
])("%j is sent as %j", (text, sent) => {
  expect(disarmMentions(text, startsOutside)).toBe(sent);
});

test.each([
  "me@../x",
  'import x from "@/app"',
  "@@ -1,3 +1,4 @@ function f()",
  "@docs/spec.md @scope/name @Injectable() a@b.org `@../x`",
  "@ ../x",
  "@",
])("%j is sent as it stands", (text) => {
  expect(disarmMentions(text, startsOutside)).toBe(text);
});

test("a mention too long to be looked at counts as one that leads outside", () => {
  const path = `${"./".repeat(3_000)}../x`;
  expect(disarmMentions(`@${path}`, startsOutside)).toBe(`@ ${path}`);
});

const piece = fc.constantFrom("@", '"', "/", "~", "..", "a", "é", "。", " ", "\n", "\t", "(", ".", "@../b", '@"/c d"');
const texts = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

test("nothing but spaces is added, each behind an at sign", () => {
  fc.assert(
    fc.property(texts, fc.func(fc.boolean()), (text, leadsOutside) => {
      // Another space in place of each that was there tells the added ones from the rest.
      const marked = text.replaceAll(" ", "\u2003");
      const sent = disarmMentions(marked, leadsOutside);
      expect(sent.replaceAll("@ ", "@")).toBe(marked);
    }),
  );
});

test("what is sent holds no mention of anything outside, however the text is cut", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const sent = disarmMentions(text, startsOutside);
      expect(sent).not.toMatch(/(^|\s)@("\s*)?(\/|~|\.\.)/);
      expect(disarmMentions(sent, startsOutside)).toBe(sent);
    }),
  );
});
