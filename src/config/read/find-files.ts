import { readdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { TuttiError } from "../../domain/errors.ts";
import { problemError } from "../problems/problem.ts";
import { displayFile } from "../problems/where.ts";

const configExtensions = ["yaml", "yml", "json", "ts", "mts", "js", "mjs"] as const;

/** The folder of the user's own settings; a relative `XDG_CONFIG_HOME` doesn't count (XDG Base Directory 0.8). */
export function userConfigDir(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const base = env["XDG_CONFIG_HOME"];
  return join(base !== undefined && isAbsolute(base) ? base : join(home, ".config"), "tutti");
}

/** @throws {TuttiError} `CONFIG_INVALID` when there are two */
export async function findUserFile(dir: string): Promise<string | undefined> {
  return onlyOne(await candidates(dir, "config"), dir);
}

/**
 * `tutti.config.*` beside the code or `.tutti/config.*`.
 * @throws {TuttiError} `CONFIG_INVALID` when there are two: nobody could say which one counts
 */
export async function findProjectFile(projectDir: string): Promise<string | undefined> {
  const [beside, inside] = await Promise.all([
    candidates(projectDir, "tutti.config"),
    candidates(join(projectDir, ".tutti"), "config"),
  ]);
  return onlyOne([...beside, ...inside], projectDir);
}

async function candidates(dir: string, base: string): Promise<string[]> {
  const present = new Set(await namesIn(dir));
  const names = configExtensions.map((extension) => `${base}.${extension}`);
  return names.filter((name) => present.has(name)).map((name) => join(dir, name));
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (thrown) {
    if (isAbsent(thrown)) return [];
    throw TuttiError.from(thrown, "CONFIG_INVALID");
  }
}

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR");

function onlyOne(files: readonly string[], projectDir: string): string | undefined {
  const [first, second] = files;
  if (first === undefined || second === undefined) return first;
  throw problemError({
    code: "CONFIG_INVALID",
    where: displayFile(first, projectDir),
    what: `there is a second settings file, ${displayFile(second, projectDir)}`,
    fix: "Keep one of them.",
    context: { files: [...files] },
  });
}
