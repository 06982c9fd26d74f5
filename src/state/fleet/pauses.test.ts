import { describe, expect, it } from "vitest";

import type { ErrorJson } from "../../domain/errors.ts";
import { openState } from "../state-manager.fixture.ts";

const quota: ErrorJson = { code: "QUOTA_EXHAUSTED", message: "limit", failureClass: "exhausted", context: {} };
const login: ErrorJson = { ...quota, code: "AGENT_UNAUTHENTICATED", message: "log in" };

describe("a pause of an account", () => {
  it("lasts until the latest reset that anybody was told, and a refusal without one takes none away", async () => {
    await using open = await openState([{ key: "a" }]);
    const { pauses } = open.state;
    await pauses.pause("default", 9_000, quota);
    await pauses.pause("default", 7_000, quota);
    await pauses.pause("default", undefined, quota);
    expect(await pauses.find("default")).toMatchObject({ until: 9_000, since: 1_000 });
    await pauses.pause("default", 12_000, quota);
    expect((await pauses.find("default"))?.until).toBe(12_000);
    const told = (await open.state.events.read({ jobId: open.jobId, after: 0 })).filter(
      ({ type }) => type === "dispatch-paused",
    );
    expect(told.map(({ data }) => data)).toMatchObject([{ until: 9_000 }, { until: 12_000 }]);
  });

  it("begins anew once its reset has come", async () => {
    await using open = await openState([{ key: "a" }]);
    const { pauses } = open.state;
    await pauses.pause("default", 2_000, quota);
    open.clock.now = 2_000;
    expect(await pauses.isPaused("default")).toBe(false);
    await pauses.pause("default", 3_000, quota);
    expect(await pauses.find("default")).toMatchObject({ since: 2_000, until: 3_000 });
  });

  it("waits for a person once the login has ended, whatever reset was told before", async () => {
    await using open = await openState([{ key: "a" }]);
    const { pauses } = open.state;
    await pauses.pause("default", 9_000, quota);
    await pauses.pause("default", undefined, login);
    expect(await pauses.find("default")).toMatchObject({ until: undefined, error: { code: "AGENT_UNAUTHENTICATED" } });
  });
});
