import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import type { Part, PartOptions } from "../harness/part.ts";
import { scratchFolder } from "../harness/scratch-folder.ts";
import { median, shown } from "../harness/statistics.ts";
import { packageVersion } from "../harness/versions.ts";

const contenders = { tutti: "Tutti", chokidar: "chokidar", parcel: "@parcel/watcher" } as const;
type Name = keyof typeof contenders;

const Measured = z.record(z.string(), z.number());
type Measured = z.infer<typeof Measured>;

const rows: readonly { readonly key: string; readonly title: string }[] = [
  { key: "readyMs", title: "ready, ms" },
  { key: "cpuMs", title: "CPU until ready, ms" },
  { key: "rssMb", title: "memory added, MB" },
  { key: "watches", title: "inotify watches" },
  { key: "p50Ms", title: "one write is seen, p50, ms" },
  { key: "maxMs", title: "one write is seen, max of 40, ms" },
  { key: "burstSeen", title: "burst of 2,000 new files: seen" },
  { key: "burstLastMs", title: "burst: the last one after its end, ms" },
  { key: "lostNested", title: "lost of 20: a file in folders made with it in one go" },
  { key: "lostRenamed", title: "lost of 20: a file in a folder that was renamed" },
  { key: "lostReplaced", title: "lost of 20: a file replaced by another under its name" },
];

/** Watching a large tree: start, memory, latency, a burst, and what gets lost. */
export const watchPart: Part = {
  title: "(f) Watching 50,000 files",
  run: async (options) => {
    await using folder = await scratchFolder();
    const size = options.isQuick ? { folders: 250, ignored: 100 } : { folders: 2_500, ignored: 1_000 };
    options.say(`Making ${size.folders * 20} files`);
    makeTree(folder.path, size);
    const measured = await measureAll(folder.path, options);
    return {
      groups: [],
      blocks: [table(measured)],
      versions: {
        chokidar: await packageVersion("chokidar", "bench"),
        "@parcel/watcher": await packageVersion("@parcel/watcher", "bench"),
      },
      notes,
    };
  },
};

/** Twenty files a folder, and an ignored `node_modules` beside them. */
function makeTree(root: string, { folders, ignored }: { readonly folders: number; readonly ignored: number }): void {
  writeFileSync(join(root, ".gitignore"), "node_modules/\n");
  const fill = (folder: string): void => {
    mkdirSync(folder, { recursive: true });
    for (let file = 0; file < 20; file += 1) writeFileSync(join(folder, `f${file}.ts`), `export const n = ${file};\n`);
  };
  for (let index = 0; index < folders; index += 1) fill(join(root, `d${index}`));
  for (let index = 0; index < ignored; index += 1) fill(join(root, "node_modules", `p${index}`));
}

async function measureAll(
  root: string,
  { isQuick, say }: PartOptions,
): Promise<ReadonlyMap<Name, readonly Measured[]>> {
  const measured = new Map<Name, Measured[]>([
    ["tutti", []],
    ["chokidar", []],
    ["parcel", []],
  ]);
  for (let round = 0; round < (isQuick ? 1 : 3); round += 1) {
    for (const [name, samples] of measured) {
      const program = fileURLToPath(new URL("watcher-process.ts", import.meta.url));
      const { stdout } = await execa(process.execPath, ["--expose-gc", program, name, root], { timeout: 200_000 });
      const sample = Measured.parse(JSON.parse(stdout));
      samples.push(sample);
      say(`  round ${round + 1} · ${name}: ${JSON.stringify(sample)}`);
    }
  }
  return measured;
}

function table(measured: ReadonlyMap<Name, readonly Measured[]>): string {
  const names = [...measured.keys()];
  const cells = rows.map(({ key, title }) => {
    const values = names.map((name) => {
      const all = (measured.get(name) ?? []).map((sample) => sample[key] ?? Number.NaN);
      // Of what may not happen at all the worst round counts.
      return shown(key.startsWith("lost") ? Math.max(...all) : key === "burstSeen" ? Math.min(...all) : median(all));
    });
    return `| ${title} | ${values.join(" | ")} |`;
  });
  const head = `| | ${names.map((name) => contenders[name]).join(" | ")} |\n|---|${names.map(() => "---:|").join("")}`;
  return [head, ...cells].join("\n");
}

const notes: readonly string[] = [
  "50,000 files in 2,500 folders, and 20,000 more in an ignored `node_modules`; each watcher in a process of its own, medians of three " +
    "rounds in turns. Of *lost* the worst round counts, of *seen* as well.",
  "Ours reports 75 ms after the first sign of a change, because a file is often written more than once; it compares what it holds. The " +
    "others report paths only.",
  "The 2,000 files are written by another process. *Lost* is what was not reported within a second. Ours also compares the " +
    "whole tree each minute and an attempt's snapshot when it ends: that is not part of this.",
];
