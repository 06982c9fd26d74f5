import { describe, expect, it } from "vitest";

import { noteLimits } from "../../domain/notes/project-note.ts";
import { openState } from "../state-manager.fixture.ts";

const person = { projectPath: "/p", author: "person" } as const;
const supervisor = { projectPath: "/p", author: "supervisor" } as const;

describe("the notes of a project", () => {
  it("are numbered, versioned and never lose what they said before", async () => {
    await using open = await openState([{ key: "a" }]);
    const { notes, events } = open.state;
    await notes.edit(person, { action: "add", text: " Run  make\nfirst. " });
    open.clock.now += 1;
    await notes.edit({ ...supervisor, jobId: open.jobId }, { action: "add", text: "dist/ is generated." });
    await notes.edit(person, { action: "edit", id: "n1", text: "Run make all first." });
    await notes.edit(person, { action: "remove", id: "n2" });
    await notes.edit(person, { action: "add", text: "Another." });

    expect((await notes.list("/p")).map(({ id, text }) => [id, text])).toEqual([
      ["n1", "Run make all first."],
      ["n3", "Another."],
    ]);
    expect(
      (await notes.history("/p")).map(({ version, action, noteId, before, after }) => [
        version,
        action,
        noteId,
        before,
        after,
      ]),
    ).toEqual([
      [1, "added", "n1", undefined, "Run make first."],
      [2, "added", "n2", undefined, "dist/ is generated."],
      [3, "edited", "n1", "Run make first.", "Run make all first."],
      [4, "removed", "n2", "dist/ is generated.", undefined],
      [5, "added", "n3", undefined, "Another."],
    ]);
    const told = (await events.read({ jobId: open.jobId, after: 0 })).filter(({ type }) => type === "notes-changed");
    expect(told.map(({ jobId, data }) => [jobId, "version" in data && data.version])).toEqual([
      [null, 1],
      ["job-1", 2],
      [null, 3],
      [null, 4],
      [null, 5],
    ]);
    expect(await notes.list("/another")).toEqual([]);
  });

  it.each([
    [person, { action: "edit", id: "n7", text: "x" }, "There is no note n7"],
    [person, { action: "add", text: " \n " }, "The note is empty"],
    [person, { action: "add", text: "x".repeat(noteLimits.perNote + 1) }, "301 characters, and 300 is the most"],
    [person, { action: "add", text: "Theirs." }, "Note n1 says that already"],
    [supervisor, { action: "edit", id: "n1", text: "Mine." }, "Note n1 is a person's"],
    [supervisor, { action: "remove", id: "n1" }, "Note n1 is a person's"],
  ] as const)("refuse what would not help: %j %j", async (who, edit, problem) => {
    await using open = await openState([{ key: "a" }]);
    const { notes } = open.state;
    await notes.edit(person, { action: "add", text: "Theirs." });
    await expect(notes.edit(who, edit)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(notes.edit(who, edit)).rejects.toThrow(problem);
    expect(await notes.history("/p")).toHaveLength(1);
  });

  it("stay short in all", async () => {
    await using open = await openState([{ key: "a" }]);
    const { notes } = open.state;
    const full = Math.floor(noteLimits.inAll / noteLimits.perNote);
    for (let n = 0; n < full; n += 1) {
      await notes.edit(person, { action: "add", text: String.fromCodePoint(97 + n).repeat(noteLimits.perNote) });
    }
    const tooMuch = notes.edit(person, { action: "add", text: "z".repeat(noteLimits.perNote) });
    await expect(tooMuch).rejects.toThrow(`and ${noteLimits.inAll} is the most`);
  });
});
