import type { Project } from "../../compose.ts";
import type { Job } from "../../domain/model.ts";
import type { Cli } from "../cli.ts";
import { previewJson, previewText } from "../render/run-preview-text.ts";

/** Before anything is spent: what of a job is cached, what goes on, what is done again and what is new. */
export async function showPreview({ output }: Cli, { application }: Project, job: Job): Promise<void> {
  const preview = await application.cache.preview(await application.job(job.id));
  if (preview === undefined) return;
  output.stdout(output.isJson ? previewJson(job.id, preview) : `${previewText(preview)}\n`);
}
