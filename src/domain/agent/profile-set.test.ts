import { describe, expect, it } from "vitest";

import type { AgentProfile } from "./agent-profile.ts";
import { builtInProfiles } from "./built-in-profiles.ts";
import { findProfile, nearProfile, profileSet } from "./profile-set.ts";

const own = (changes: Partial<AgentProfile>) => ({
  profile: {
    name: "code-reviewer",
    description: "Ours",
    prompt: "Ours.",
    access: "edit",
    origin: "project",
    file: ".claude/agents/a.md",
    ...changes,
  } as const,
  warnings: [],
});

describe("the profiles of a job", () => {
  it("are the built-in ones, each with words, a purpose and an access", () => {
    const { profiles } = profileSet([]);
    expect(profiles.map(({ name, access }) => `${name} ${access}`)).toEqual([
      "analyzer read",
      "architect read",
      "bug-fixer edit",
      "builder edit",
      "code-reviewer read",
      "designer read",
      "explorer read",
      "optimizer edit",
      "security-auditor read",
      "supervisor read",
      "test-runner edit",
      "tester edit",
      "worker edit",
    ]);
    for (const { name, prompt } of builtInProfiles) expect(prompt === "").toBe(name === "worker");
  });

  it("are the project's before those, and the settings' before both, field by field", () => {
    const ofProject = profileSet([own({})]);
    expect(findProfile(ofProject, "code-reviewer")).toMatchObject({
      origin: "project",
      prompt: "Ours.",
      access: "edit",
    });
    const ofBoth = profileSet([own({ tools: ["Read", "Edit"] })], { "code-reviewer": { model: "haiku" } });
    expect(findProfile(ofBoth, "code-reviewer")).toEqual({
      name: "code-reviewer",
      description: "Ours",
      prompt: "Ours.",
      tools: ["Read", "Edit"],
      access: "edit",
      model: "haiku",
      origin: "config",
      file: ".claude/agents/a.md",
    });
  });

  it("have the access that tools of the settings come to, unless these say it themselves", () => {
    const accessOf = (settings: object) => findProfile(profileSet([], { tester: settings }), "tester")?.access;
    expect(accessOf({ tools: ["Read"] })).toBe("read");
    expect(accessOf({ tools: ["Read", "Bash"], access: "read" })).toBe("read");
    expect(accessOf({ model: "opus" })).toBe("edit");
  });

  it("may be new ones of the settings, with all that a profile needs", () => {
    const { profiles, problems } = profileSet([], {
      poet: { description: "Writes verse", prompt: "Rhyme." },
      critic: { description: "Reads verse" },
    });
    expect(profiles.find(({ name }) => name === "poet")).toMatchObject({ access: "edit", origin: "config" });
    expect(problems.map(({ message }) => message)).toEqual([
      "agents.critic.prompt is missing: neither Tutti nor a file in .claude/agents has an agent critic to change",
    ]);
  });

  it("are the first of two files that have a name, and the other is named", () => {
    const { profiles, warnings } = profileSet([own({}), own({ prompt: "Late.", file: ".claude/agents/b.md" })]);
    expect(profiles.find(({ name }) => name === "code-reviewer")?.prompt).toBe("Ours.");
    expect(warnings.map(({ message }) => message)).toEqual([
      '.claude/agents/b.md:1: name is "code-reviewer", as in .claude/agents/a.md, which counts',
    ]);
  });

  it("are proposed for a name that was mistyped", () => {
    const set = profileSet([]);
    expect(nearProfile(set, "code-reviwer")).toMatch(
      /^Did you mean "code-reviewer"\? The profiles: analyzer, architect,/,
    );
    expect(nearProfile(set, "zzz")).toMatch(/^The profiles: analyzer,/);
  });
});
