import type { CommitId } from "../../domain/ids.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { checkTemplateSet, checkVariant } from "../../supervision/prompts/check-template-set.ts";
import type { TemplateSet } from "../../supervision/prompts/template-set.ts";
import type { Services } from "../services.ts";

/** What was tried once is not tried again for each task that a program adds. */
const tried = new WeakSet<TemplateSet>();

/**
 * A broken template is found when a job is made, not when its prompt is due.
 * @throws {TuttiError} `TEMPLATE_INVALID`
 */
export async function checkTemplates(
  { prompts }: Pick<Services, "prompts">,
  commit: CommitId,
  tasks: readonly PlanTask[],
): Promise<void> {
  const templates = await prompts.templatesAt(commit);
  if (templates.hasOwn && !tried.has(templates)) await checkTemplateSet(templates);
  tried.add(templates);
  for (const task of tasks) checkVariant(templates, task);
}
