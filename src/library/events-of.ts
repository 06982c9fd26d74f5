import type { StoredEvent } from "../domain/events.ts";
import type { JobId } from "../domain/ids.ts";
import { isJobOver } from "../domain/job-status.ts";
import type { Application } from "../orchestration/application.ts";

/** Events of a job, from its first, until it is over or `signal` aborts. */
export async function* eventsOf(
  application: Pick<Application, "job" | "events" | "watch">,
  jobId: JobId,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredEvent> {
  const changes = application.watch();
  for (let after = 0; ;) {
    const isLast = isJobOver((await application.job(jobId)).status);
    for (let page; (page = await application.events({ jobId, after })).length > 0;) {
      for (const event of page) yield event;
      after = page.at(-1)?.seq ?? after;
    }
    if (isLast || signal?.aborted === true) return;
    await changes.wait({ timeoutMs: 1_000, ...(signal === undefined ? {} : { signal }) });
  }
}
