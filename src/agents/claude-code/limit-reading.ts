import type { SDKRateLimitInfo } from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";
import type { LimitReading, LimitWindow } from "../../domain/quota/account-limits.ts";

/** What `claude` tells of every window, warned of or not; the SDK's types leave it out. */
const Windows = z.record(
  z.string(),
  z.looseObject({ utilization: z.number().exactOptional(), resetsAt: z.number().exactOptional() }),
);

const statuses = { allowed: "allowed", allowed_warning: "warning", rejected: "rejected" } as const;

/** How much of a subscription is used. Accounts that pay by the token have no such windows, and `claude` says nothing of them. */
export function limitReadingOf(info: SDKRateLimitInfo): LimitReading {
  const windows = Windows.safeParse(Reflect.get(info, "unifiedWindows"));
  const told = windows.success ? Object.entries(windows.data) : [];
  const { rateLimitType = "account", utilization, resetsAt } = info;
  const all = told.length > 0 ? told : [[rateLimitType, { utilization, resetsAt }] as const];
  return {
    status: statuses[info.status],
    about: { name: rateLimitType, ...(resetsAt === undefined ? {} : { resetAt: resetsAt * 1000 }) },
    windows: all.flatMap(([name, { utilization: used, resetsAt: until }]): readonly LimitWindow[] =>
      used === undefined
        ? []
        : [
            {
              name,
              usedShare: Math.min(1, Math.max(0, used)),
              ...(until === undefined ? {} : { resetAt: until * 1000 }),
            },
          ],
    ),
  };
}
