import { openRepositoryOf } from "../../compose.ts";
import type { Diagnosis } from "../../config/doctor/judge.ts";
import { TuttiError } from "../../domain/errors.ts";
import { checkCheckout } from "../../orchestration/prompts/prompt-room.ts";
import { reportLines } from "./prompt.ts";

const name = "templates";

/** Whether the project's templates can be used; nothing to say where there is no repository. */
export async function diagnoseTemplates(projectDir: string): Promise<readonly Diagnosis[]> {
  const repo = await openRepositoryOf(projectDir);
  if (repo === undefined) return [];
  try {
    const report = await checkCheckout(repo);
    if (report.broken.length > 0) return report.broken.map(failed);
    const [detail = "", ...more] = reportLines(report);
    if (more.length === 0) return [{ name, status: "ok", detail }];
    return [{ name, status: "warning", detail: more.join(" "), fix: "See tutti prompt check." }];
  } catch (thrown) {
    return [failed(TuttiError.from(thrown))];
  }
}

const failed = ({ message, hint }: TuttiError): Diagnosis => ({
  name,
  status: "failed",
  detail: message,
  fix: hint ?? "Correct the template.",
});
