import {
  compareFingerprints,
  takeCheckoutFingerprint,
  type CheckoutFingerprint,
  type CheckoutMove,
} from "../../workspace/index.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Services } from "../services.ts";

const restMs = 2_000;

/**
 * Watches that the user's checkout, refs and stash stay as they are while agents work. We never move them ourselves, so a
 * move is the user's own work, which is fine, or an agent's, which they must hear of: either way it is said.
 */
export class CheckoutGuard {
  readonly #services: Services;
  readonly #jobId: JobId;
  #known: CheckoutFingerprint | undefined;
  #lookedAt = 0;

  constructor(services: Services, jobId: JobId) {
    this.#services = services;
    this.#jobId = jobId;
  }

  /** While much goes on: a look costs as much as a merge. */
  async lookNowAndThen(): Promise<void> {
    if (this.#services.now() - this.#lookedAt >= restMs) await this.look();
  }

  /** The first look only remembers; each later one tells what has moved since the one before. */
  async look(): Promise<readonly CheckoutMove[]> {
    this.#lookedAt = this.#services.now();
    const now = await takeCheckoutFingerprint(this.#services.repo);
    const moves = this.#known === undefined ? [] : compareFingerprints(this.#known, now);
    this.#known = now;
    if (moves.length === 0) return moves;
    const changes = moves.map(({ kind, name }) => `${kind} ${name}`);
    await this.#services.state.events.append("checkout-moved", { jobId: this.#jobId }, { changes });
    return moves;
  }
}
