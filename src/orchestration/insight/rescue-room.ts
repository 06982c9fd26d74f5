import { listRescues, restoreRescue, type Rescue } from "../../workspace/index.ts";
import type { Services } from "../services.ts";

/** What faces may ask for about work that was rescued. */
export class RescueRoom {
  readonly #services: Pick<Services, "repo">;

  constructor(services: Pick<Services, "repo">) {
    this.#services = services;
  }

  list(): Promise<readonly Rescue[]> {
    return listRescues(this.#services.repo);
  }

  restore(ref: string, directory: string) {
    return restoreRescue(this.#services.repo, ref, { directory });
  }
}
