import type { DetectedSetup, ProjectFacts } from "./project-facts.ts";

const byLockfile: readonly { readonly file: string; readonly run: string }[] = [
  { file: "package-lock.json", run: "npm ci" },
  { file: "pnpm-lock.yaml", run: "pnpm install --frozen-lockfile" },
  { file: "bun.lock", run: "bun install --frozen-lockfile" },
  { file: "bun.lockb", run: "bun install --frozen-lockfile" },
  { file: "uv.lock", run: "uv sync --frozen" },
  { file: "poetry.lock", run: "poetry install" },
  { file: "Gemfile.lock", run: "bundle install" },
];

/** The commands that install what the lockfiles name. Cargo and Go fetch by themselves. */
export function detectSetup({ fileNames }: ProjectFacts): readonly DetectedSetup[] {
  const found = byLockfile
    .filter(({ file }) => fileNames.includes(file))
    .map(({ file, run }) => ({ run, when: [file] }));
  return fileNames.includes("yarn.lock") ? [...found, { run: yarnInstall(fileNames), when: ["yarn.lock"] }] : found;
}

/** Yarn 2 and later have `.yarnrc.yml` and another name for the flag. */
const yarnInstall = (fileNames: readonly string[]): string =>
  `yarn install ${fileNames.includes(".yarnrc.yml") ? "--immutable" : "--frozen-lockfile"}`;

/** How the project's package manager runs a script. */
export function scriptRunner(fileNames: readonly string[]): string {
  if (fileNames.includes("pnpm-lock.yaml")) return "pnpm run";
  if (fileNames.includes("yarn.lock")) return "yarn run";
  return fileNames.includes("bun.lock") || fileNames.includes("bun.lockb") ? "bun run" : "npm run";
}
