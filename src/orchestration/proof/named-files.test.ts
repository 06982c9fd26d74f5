import { expect, it } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { asCommitId } from "../../domain/ids.ts";
import { filesBeside } from "./named-files.ts";

const files = {
  "src/limits.ts": "export const size = 20;\n",
  "src/paging.ts": "export const page = 1;\n",
  "logo.png": "\u0089PNG\0\0",
  "data/all.csv": "1,2,3,4,5,6,7\n".repeat(50_000),
};

async function shownFor(prompt: string): Promise<readonly string[]> {
  await using scratch = await scratchRepository({ files });
  const repo = await scratch.open();
  const services = { repo, redact: (text: string) => text.replaceAll("20", "***") };
  const shown = await filesBeside(
    { services, job: { options: { gates: [] } } },
    {
      spec: { title: "Paging", prompt, acceptance: [], contextFiles: [] },
      taken: {
        commit: asCommitId(repo.head),
        changedFiles: [
          { path: "src/paging.ts", status: "modified", kind: "file", isBinary: false, added: 1, deleted: 0 },
        ],
      },
    },
  );
  return shown.map(({ path, text }) => `${path}: ${text.trim()}`);
}

it("shows a file that the task names behind many words that only look like files", async () => {
  const words = ["req.body", "res.json", "e.g", "i.e", "Math.floor", "rows.slice", "page.size", "row.id", "x.y"];
  expect(await shownFor(`Mind ${words.join(", ")} and src/limits.ts.`)).toEqual([
    "src/limits.ts: export const size = ***;",
  ]);
});

it("shows no changed file, and looks at nothing outside", async () => {
  expect(
    await shownFor("Mend ./src/paging.ts by ./src/limits.ts, and src/limits.ts as in ../other/src/paging.ts."),
  ).toEqual(["src/limits.ts: export const size = ***;"]);
});

it("shows neither what is no text nor what has no room anywhere", async () => {
  expect(await shownFor("Put logo.png beside data/all.csv.")).toEqual([]);
});
