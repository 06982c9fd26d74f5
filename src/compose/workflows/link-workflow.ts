import { dirname } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { LoadedWorkflow, NamedAgent } from "../../workflow/source.ts";
import { placeOf } from "../../workflow/yaml/problem.ts";
import type { NamedAt } from "../../workflow/yaml/yaml-workflow.ts";
import { version as tuttiVersion } from "../../cli/version.ts";
import { shortDigest } from "./traced-import.ts";
import type { FoundWorkflow, WorkflowCatalogue } from "./workflow-catalogue.ts";

export type LinkedWorkflow = Pick<LoadedWorkflow, "definition" | "version" | "agents">;

type Caller = { readonly file: string; readonly name: string; readonly where: string };

/**
 * A workflow with all that it calls by name; its version is theirs too.
 * @throws {TuttiError} `WORKFLOW_INVALID`, `WORKFLOW_UNKNOWN` naming the line that calls
 */
export async function linkWorkflow(
  catalogue: WorkflowCatalogue,
  { definition, file }: FoundWorkflow,
  callers: readonly Caller[] = [],
): Promise<LinkedWorkflow> {
  if (file === undefined) return { definition, version: codeVersion(definition) };
  const { yaml, version } = file;
  if (yaml === undefined) return { definition, version };
  const others = new Map<string, AnyWorkflow>();
  const versions = [version];
  const agents: NamedAgent[] = yaml.program.agents.map(({ name, path }) => ({
    name,
    where: placeOf(yaml.origin, path),
  }));
  for (const call of yaml.program.calls) {
    const where = placeOf(yaml.origin, call.path);
    const caller = { file: file.file, name: definition.name, where };
    const found = await findCalled(catalogue, call, caller);
    const way = [...callers, caller];
    refuseCircle(found, way);
    const linked = await linkWorkflow(catalogue, found, way);
    others.set(call.name, linked.definition);
    versions.push(linked.version);
    agents.push(...(linked.agents ?? []));
  }
  return {
    definition: yaml.program.link(others),
    version: versions.length === 1 ? version : shortDigest(versions.join(" ")),
    agents,
  };
}

/** Of what comes from no file: this program's version and the text of the body, without what that calls. */
export const codeVersion = ({ name, code = "" }: AnyWorkflow): string => shortDigest(`${tuttiVersion} ${name} ${code}`);

async function findCalled(
  catalogue: WorkflowCatalogue,
  { name }: NamedAt,
  { file, where }: Caller,
): Promise<FoundWorkflow> {
  try {
    return await catalogue.find(name, dirname(file));
  } catch (thrown) {
    if (!TuttiError.is(thrown) || thrown.code !== "WORKFLOW_UNKNOWN") throw thrown;
    const { message, hint, context } = thrown;
    const details = { context, cause: thrown, ...(hint === undefined ? {} : { hint }) };
    throw new TuttiError("WORKFLOW_UNKNOWN", `${where}: ${message}`, details);
  }
}

function refuseCircle({ definition, file }: FoundWorkflow, way: readonly Caller[]): void {
  const begin = way.findIndex((caller) => caller.file === file?.file);
  if (begin === -1) return;
  const circle = way.slice(begin);
  const names = [...circle.map(({ name, where }) => `${name} (${where})`), definition.name];
  throw new TuttiError(
    "WORKFLOW_INVALID",
    `${circle[0]?.where ?? ""}: workflows call one another in a circle: ${names.join(" → ")}`,
    {
      hint: "Take one of these calls away",
      context: { circle: names },
    },
  );
}
