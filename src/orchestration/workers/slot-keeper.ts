import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { asSlotId, type CommitId, type SlotId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import {
  createSlot,
  moveSlot,
  pinCommit,
  prepareSlot,
  rescueSlot,
  type Rescue,
  type Slot,
} from "../../workspace/index.ts";
import type { AgentPool } from "./agent-pool.ts";
import { openKnownSlot } from "./open-known-slot.ts";
import type { Services } from "../services.ts";

export type SlotKeeperContext = { readonly services: Services; readonly pool: AgentPool; readonly job: Job };

/**
 * The slots that this process holds: takes the one that unfinished work stands in, else one that is free, else makes a new
 * one. What stands in a slot is saved under a ref before it is moved.
 */
export class SlotKeeper {
  readonly #context: SlotKeeperContext;
  #held: Slot | undefined;
  #slotsMade = 0;

  constructor(context: SlotKeeperContext) {
    this.#context = context;
  }

  /** The slot of unfinished work, as its worker left it; `undefined` when somebody else holds it or it is gone. */
  async takeBack(slotId: SlotId): Promise<Slot | undefined> {
    if (this.#held?.slotId === slotId) return this.#held;
    const { state, workerId } = this.#context.services;
    const taken = await state.fleet.takeSlot({ jobId: this.#context.job.id, workerId, preferred: slotId });
    if (taken === undefined) return undefined;
    const slot = await openKnownSlot(this.#context.services, taken);
    if (slot === undefined) return undefined;
    await this.releaseHeld();
    this.#held = slot;
    return slot;
  }

  /** A slot at `commit`, ready to work in. The one at hand is used again, so that its agent stays warm. */
  async takeAt(commit: CommitId, signal: AbortSignal): Promise<Slot> {
    const { services, job } = this.#context;
    await pinCommit(services.repo, job.id, commit);
    const used = (await this.#heldUnreserved()) ?? (await this.#takeFree());
    // A new one stands there already, and nobody has worked in it.
    const slot = used ?? (await this.#create(commit));
    this.#held = slot;
    services.fault("slot.taken");
    if (used !== undefined) await this.#move(used, commit, "before its next task");
    services.fault("slot.moved");
    await this.prepare(slot, signal);
    return slot;
  }

  /** A second slot at `commit` for as long as `use` takes; the one at hand stays as it is. */
  async beside<T>(commit: CommitId, signal: AbortSignal, use: (slot: Slot) => Promise<T>): Promise<T> {
    const { services, job } = this.#context;
    await pinCommit(services.repo, job.id, commit);
    const used = await this.#takeFree();
    const slot = used ?? (await this.#create(commit));
    try {
      if (used !== undefined) await this.#move(used, commit, "before a gate ran on the base");
      await this.prepare(slot, signal);
      return await use(slot);
    } finally {
      await services.state.fleet.releaseSlot(slot.slotId);
    }
  }

  /** Runs the set-up commands that are due and refreshes the copied files. */
  async prepare(slot: Slot, signal: AbortSignal): Promise<void> {
    const { services, job } = this.#context;
    await prepareSlot(slot, {
      setup: job.options.setup,
      copy: job.options.copy,
      cacheDir: services.folders.cache,
      env: services.commandEnv,
      signal,
    });
  }

  async rescue(slot: Slot, reason: string): Promise<void> {
    const { job } = this.#context;
    const rescue = await rescueSlot(slot, { jobId: job.id, reason });
    if (rescue !== undefined) await this.#note(rescue, reason);
  }

  async #move(slot: Slot, commit: CommitId, reason: string): Promise<void> {
    const { services, job } = this.#context;
    await services.state.fleet.vacateSlot(slot.slotId);
    const { rescues } = await moveSlot(slot, { to: commit, jobId: job.id });
    for (const rescue of rescues) await this.#note(rescue, reason);
  }

  async #note(rescue: Rescue, reason: string): Promise<void> {
    const { services, job } = this.#context;
    const slotId = asSlotId(rescue.slotId);
    await services.state.fleet.noteRescue({ jobId: job.id, ref: rescue.ref, slotId, reason });
  }

  async releaseHeld(): Promise<void> {
    const slot = this.#held;
    if (slot === undefined) return;
    await this.#context.pool.closeSlot(slot.slotId);
    await this.#context.services.state.fleet.releaseSlot(slot.slotId);
    // Not before: while the state can't be written it is still ours, and is given back later.
    this.#held = undefined;
  }

  /** For the end: also what was taken and could then not be opened. */
  async releaseAll(): Promise<void> {
    await this.releaseHeld();
    const { services, job } = this.#context;
    const { fleet } = services.state;
    const own = (await fleet.slots(job.id)).filter(({ workerId }) => workerId === services.workerId);
    for (const { id } of own) await fleet.releaseSlot(id);
  }

  /** The slot at hand, unless unfinished work of another attempt waits in it. */
  async #heldUnreserved(): Promise<Slot | undefined> {
    const { services, job } = this.#context;
    const held = this.#held;
    if (held === undefined) return undefined;
    const reserved = await services.state.fleet.reservedSlots(job.id);
    if (!reserved.includes(held.slotId)) return held;
    await this.releaseHeld();
    return undefined;
  }

  async #takeFree(): Promise<Slot | undefined> {
    const { services, job } = this.#context;
    const { fleet } = services.state;
    const reserved = await fleet.reservedSlots(job.id);
    for (;;) {
      const taken = await fleet.takeSlot({ jobId: job.id, workerId: services.workerId, reserved });
      if (taken === undefined) return undefined;
      const slot = await openKnownSlot(services, taken);
      if (slot !== undefined) return slot;
    }
  }

  /** Named after the process that makes it, which is new for every incarnation; one that failed leaves its name behind. */
  async #create(base: CommitId): Promise<Slot> {
    const { services, job } = this.#context;
    const existing = await services.state.fleet.slots(job.id);
    this.#slotsMade += 1;
    const number = existing.length + 1;
    const slotId = asSlotId(`${job.id}.s${number}.${services.workerId.slice(-6)}-${this.#slotsMade}`);
    const path = join(services.folders.slots, slotId);
    await mkdir(services.folders.slots, { recursive: true, mode: 0o700 });
    const slot = await createSlot({ repo: services.repo, path, slotId, base, jobId: job.id });
    await services.state.fleet.addSlot({ id: slotId, jobId: job.id, path, workerId: services.workerId });
    services.fault("slot.created");
    return slot;
  }
}
