import { describe, expect, test } from "vitest";
import { parseYaml } from "./yaml-file.ts";

const mistake = (text: string): string => {
  try {
    parseYaml(text, "f.yaml");
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "";
  }
  return "no mistake found";
};

describe("parseYaml", () => {
  test.each([
    ["a tab as indentation", "a:\n\tb: 1\n", "f.yaml:2: not valid YAML: Tabs are not allowed as indentation"],
    ["an open quote", 'a: 1\nb: "x\n\nc: 1\n', 'f.yaml:2: not valid YAML: Missing closing "quote'],
    ["a key that is there twice", "a: 1\nb: 2\na: 3\n", "f.yaml:3: not valid YAML: Map keys must be unique"],
    ["an unknown tag", "a: !env X\n", "f.yaml:1: not valid YAML: Unresolved tag: !env"],
    ["a second document", "a: 1\n---\nb: 2\n", "f.yaml:2: not valid YAML: Source contains multiple documents"],
    ["an alias without an anchor", "a: 1\nb: *x\n", "f.yaml: not valid YAML: Unresolved alias"],
  ])("%s is named with its line", (_title, text, message) => {
    expect(mistake(text)).toContain(message);
  });

  test("a file that multiplies itself through aliases is refused", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    );
    expect(mistake(["l0: &l0 [x]", ...levels].join("\n"))).toContain("not valid YAML: Excessive alias count");
  });

  test("lines are those of the keys; where a key isn't in the file, of the map around it", () => {
    const { content, lineOf } = parseYaml(
      "base: &base\n  x: 1\nuse:\n  <<: *base\n  list:\n    - a\n    - b\n",
      "f.yaml",
    );
    expect(content).toMatchObject({ use: { x: 1, list: ["a", "b"] } });
    const paths = [["use"], ["use", "list"], ["use", "list", 1], ["use", "x"], ["nothing"], []];
    expect(paths.map(lineOf)).toEqual([3, 5, 7, 3, undefined, undefined]);
  });

  test.each(["", "# only a comment\n", "---\n"])("%j is empty", (text) => {
    expect(parseYaml(text, "f.yaml").content ?? {}).toEqual({});
  });
});
