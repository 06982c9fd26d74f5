import { readFile } from "node:fs/promises";
import { z } from "zod";

const Manifest = z.object({ version: z.string() });

/** The installed version of a peer, or of a package of the main project with `root`. */
export async function packageVersion(name: string, root: "bench" | "project" = "bench"): Promise<string> {
  const folder = root === "bench" ? "../node_modules" : "../../node_modules";
  const path = new URL(`${folder}/${name}/package.json`, import.meta.url);
  return Manifest.parse(JSON.parse(await readFile(path, "utf8"))).version;
}
