import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { AgentProfile } from "../../domain/agent/agent-profile.ts";
import { builtInProfiles } from "../../domain/agent/built-in-profiles.ts";
import { formatProfile } from "../../domain/agent/format-profile.ts";
import { modelAliases } from "../../domain/model-name.ts";
import { readProfileText } from "./read-profiles.ts";

const file = ".claude/agents/x.md";
const read = (...lines: readonly string[]) => readProfileText(file, lines.join("\n"));
const head = ["name: x", "description: Does x"];
const profileOf = (...fields: readonly string[]) => read("---", ...head, ...fields, "---", "", "Do x.", "").profile;
const problemOf = (...lines: readonly string[]) => read(...lines).problem?.message;

describe("an agent file of Claude Code", () => {
  it("whose aliases of aliases would fill the memory is read without them", () => {
    const nested = Array.from({ length: 8 }, (_, at) => `k${at + 1}: &k${at + 1} [${`*k${at},`.repeat(9)}]`);
    expect(profileOf(`k0: &k0 [${"x,".repeat(9)}]`, ...nested)).toMatchObject({ name: "x", prompt: "Do x." });
  });

  it("gives a profile: its fields and, as its prompt, what follows them", () => {
    expect(profileOf("model: haiku", "effort: low", "tools: Read, Grep", "disallowedTools: [Glob]")).toEqual({
      name: "x",
      description: "Does x",
      prompt: "Do x.",
      model: "haiku",
      effort: "low",
      tools: ["Read", "Grep"],
      disallowedTools: ["Glob"],
      access: "read",
      origin: "project",
      file,
    });
  });

  it.each([
    ["tools: Read, Grep, Glob", "read"],
    ["tools: [Read, WebFetch]", "read"],
    ["tools: []", "read"],
    ["tools: Read, Bash(git diff:*, git log:*)", "edit"],
    ["tools: [Read, Edit]", "edit"],
    ["tools: NotebookEdit", "edit"],
    ["tools: '*'", "edit"],
    ["color: blue", "edit"],
  ])("with %s may %s", (line, access) => {
    expect(profileOf(line)?.access).toBe(access);
  });

  it("may say itself that it only reads, and inherits the model where it says so", () => {
    const profile = profileOf("tools: Read, Bash(git log, git diff)", "access: read", "model: inherit");
    expect(profile).toMatchObject({ access: "read", tools: ["Read", "Bash(git log, git diff)"] });
    expect(profile).not.toHaveProperty("model");
  });

  it("is read although its description holds what YAML would take for more", () => {
    const { profile, problem } = read(
      "---",
      "name: x",
      'description: Use this agent when: tests fail. Examples: <example>user: "it\'s red"</example>',
      "tools: Read",
      "---",
      "Do x.",
    );
    expect(problem).toBeUndefined();
    expect(profile?.description).toBe(
      'Use this agent when: tests fail. Examples: <example>user: "it\'s red"</example>',
    );
    expect(profile?.tools).toEqual(["Read"]);
  });

  it("is read with line ends of another system and a mark of its encoding", () => {
    expect(readProfileText(file, `\uFEFF---\r\n${head.join("\r\n")}\r\n---\r\nDo x.\r\n`).profile?.prompt).toBe(
      "Do x.",
    );
  });

  it("has warnings that name the fields which are not used, with file and line", () => {
    const { profile, warnings } = read("---", ...head, "color: red", "maxTurns: 3", "modle: opus", "---", "");
    expect(profile?.name).toBe("x");
    expect(warnings.map(({ message }) => message)).toEqual([
      `${file}:5: maxTurns is not used by Tutti`,
      `${file}:6: modle is not known. Did you mean model?`,
    ]);
  });

  it.each([
    [["# A note"], `${file}:1: has no front matter: name and description between two lines ---`],
    [["---", "name: x", "---"], `${file}:1: description is missing`],
    [["---", "description: x", "---"], `${file}:1: name is missing`],
    [["---", "name: [x]", "description: x", "---"], `${file}:2: name must be a text`],
    [
      ["---", ...head, "tools: 3", "---"],
      `${file}:4: tools must be names of tools, separated by commas, or a list of them`,
    ],
    [["---", ...head, "access: write", "---"], `${file}:4: access must be one of read, edit`],
    [["---", ...head, "model: gpt", "---"], `${file}:4: model must be an alias (opus, sonnet, haiku, fable, best)`],
    [["---", "name: x", "  - y: [", "---"], `${file}:2: is not valid YAML`],
    [["---", "- a", "---"], `${file}:2: is not valid YAML: fields and their values are expected`],
  ])("%j can't be used, and why is said with file, line and field", (lines, message) => {
    expect(problemOf(...lines)).toContain(message);
  });
});

const word = fc.stringMatching(/^[A-Za-z][\w-]{0,12}$/);
const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== "");
const tool = fc.oneof(fc.constantFrom("Read", "Write", "Bash", "mcp__a__b"), fc.constant("Bash(git diff:*, x)"));

const anyProfile: fc.Arbitrary<AgentProfile> = fc
  .record(
    {
      name: word,
      description: fc.oneof(text, fc.constantFrom("yes: no", "- a", "#", "null", "1", '"', "a: b: c")),
      prompt: fc.oneof(fc.string(), fc.constantFrom("---", "a\n---\nb", "{{ x }}", "# A\n\n- b")),
      access: fc.constantFrom("read" as const, "edit" as const),
      model: fc.constantFrom(...modelAliases),
      effort: fc.constantFrom("low" as const, "max" as const),
      tools: fc.array(tool, { maxLength: 4 }),
      disallowedTools: fc.array(tool, { maxLength: 4 }),
    },
    { requiredKeys: ["name", "description", "prompt", "access"] },
  )
  .map((drawn) => ({
    ...drawn,
    description: drawn.description.trim(),
    prompt: drawn.prompt.replaceAll("\r\n", "\n").trim(),
    origin: "project" as const,
    file,
  }));

it("a profile that is written as a file is the same when it is read", () => {
  fc.assert(
    fc.property(anyProfile, (profile) => {
      const parsed = readProfileText(file, formatProfile(profile));
      expect(parsed).toEqual({ profile, warnings: [] });
    }),
  );
});

it("so are the built-in ones, but for where they come from", () => {
  for (const profile of builtInProfiles) {
    expect(readProfileText(file, formatProfile(profile)).profile).toEqual({ ...profile, origin: "project", file });
  }
});
