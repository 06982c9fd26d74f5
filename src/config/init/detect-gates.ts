import { scriptRunner } from "./detect-setup.ts";
import type { DetectedCommand, ProjectFacts } from "./project-facts.ts";

/** What a gate is called, and the script or make target names that mean it. */
const purposes: readonly { readonly name: string; readonly scripts: readonly string[] }[] = [
  { name: "typecheck", scripts: ["typecheck", "type-check", "check-types", "check:types", "tsc"] },
  { name: "lint", scripts: ["lint"] },
  { name: "test", scripts: ["test"] },
];

/** The commands by which the project already checks itself. The first source that knows a purpose wins. */
export function detectGates(facts: ProjectFacts): readonly DetectedCommand[] {
  const found = [...packageGates(facts), ...makeGates(facts), ...languageGates(facts)];
  const byName = new Map(found.toReversed().map((gate) => [gate.name, gate]));
  const order = ["typecheck", "vet", "lint", "test"];
  return [...byName.values()].toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

function packageGates({ packageScripts, fileNames }: ProjectFacts): DetectedCommand[] {
  const runner = scriptRunner(fileNames);
  return purposes.flatMap(({ name, scripts }) => {
    const script = scripts.find((candidate) => isUsable(packageScripts[candidate]));
    return script === undefined
      ? []
      : [{ name, run: runner === "npm run" && script === "test" ? "npm test" : `${runner} ${script}` }];
  });
}

/** Neither the placeholder of `npm init` nor something that never ends. */
function isUsable(script: string | undefined): boolean {
  return (
    script !== undefined && !script.includes("no test specified") && !/--watch(?!=false)\b|\bnodemon\b/.test(script)
  );
}

function makeGates({ makeTargets }: ProjectFacts): DetectedCommand[] {
  return purposes.flatMap(({ name, scripts }) => {
    const target = scripts.find((candidate) => makeTargets.includes(candidate));
    return target === undefined ? [] : [{ name, run: `make ${target}` }];
  });
}

function languageGates(facts: ProjectFacts): DetectedCommand[] {
  const has = (file: string) => facts.fileNames.includes(file);
  return [
    ...(has("Cargo.toml") ? [{ name: "test", run: "cargo test" }] : []),
    ...(has("go.mod")
      ? [
          { name: "vet", run: "go vet ./..." },
          { name: "test", run: "go test ./..." },
        ]
      : []),
    ...(usesPytest(facts) ? [{ name: "test", run: pytestCommand(facts.fileNames) }] : []),
  ];
}

const usesPytest = ({ fileNames, pyproject }: ProjectFacts): boolean =>
  fileNames.some((name) => name === "pytest.ini" || name === "conftest.py") || pyproject.includes("pytest");

function pytestCommand(fileNames: readonly string[]): string {
  if (fileNames.includes("uv.lock")) return "uv run pytest";
  return fileNames.includes("poetry.lock") ? "poetry run pytest" : "python3 -m pytest";
}
