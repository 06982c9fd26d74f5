import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../../domain/errors.ts";
import type { Services } from "../services.ts";

/** A copy that takes long is made less often. */
const pauseShare = 20;

/** Backs the state up when the work begins, while it goes on, and when it has ended. A failure is logged and stops nothing. */
export async function whileBackingUp<T>(
  services: Pick<Services, "backups" | "logger">,
  work: () => Promise<T>,
): Promise<T> {
  const { backups } = services;
  if (backups === undefined) return work();
  const ended = new AbortController();
  const copying = copyNowAndThen(services, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await copying;
    await backUp(services);
  }
}

async function copyNowAndThen(services: Pick<Services, "backups" | "logger">, ended: AbortSignal): Promise<void> {
  const everyMs = services.backups?.everyMs ?? 0;
  while (!ended.aborted) {
    const startedAt = performance.now();
    await backUp(services);
    const pauseMs = Math.max(everyMs, (performance.now() - startedAt) * pauseShare);
    await delay(pauseMs, undefined, { signal: ended, ref: false }).catch(() => undefined);
  }
}

/** Backs the state up now. A failure is logged and stops nothing. */
export async function backUp({ backups, logger }: Pick<Services, "backups" | "logger">): Promise<void> {
  try {
    await backups?.make();
  } catch (thrown) {
    const { code, message } = TuttiError.from(thrown);
    logger.error("the state was not backed up", { code, error: message });
  }
}
