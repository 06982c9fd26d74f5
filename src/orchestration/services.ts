import type { AgentAdapter } from "../agents/port.ts";
import type { FaultPoint } from "../domain/fault-points.ts";
import type { WorkerId } from "../domain/ids.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { ProjectBudget } from "../domain/settings.ts";
import type { Engine } from "../engine/port.ts";
import type { Place } from "../places/port.ts";
import type { StateBackups } from "../state/state-backups.ts";
import type { StateManager } from "../state/state-manager.ts";
import type { PromptWriter } from "../supervision/prompts/prompt-writer.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";
import type { Supervisor } from "../supervision/supervisor.ts";
import type { Logger } from "../telemetry/port.ts";
import type { WorkflowSource } from "../workflow/source.ts";
import type { Repository } from "../workspace/index.ts";

/** Everything that orchestration works with; put together by `compose.ts`, one set a process. */
export type Services = {
  readonly state: StateManager;
  readonly engine: Engine;
  readonly agents: AgentAdapter;
  readonly place: Place;
  readonly repo: Repository;
  readonly logger: Logger;
  /** This process as a claimer of runs and a holder of slots. */
  readonly workerId: WorkerId;
  readonly folders: {
    /** Absolute; a slot's folder is made below it. */
    readonly slots: string;
    /** Absolute; the database is in it. */
    readonly state: string;
    /** Absolute; what set-up commands and copies share. */
    readonly cache: string;
  };
  /** Absent: the state is not backed up. */
  readonly backups?: StateBackups;
  /** Absent: no model supervises, rules alone decide. */
  readonly supervisor?: Supervisor;
  /** Makes what agents are told, with the project's templates. */
  readonly prompts: PromptWriter;
  /** Absent: this process carries out no workflows. */
  readonly workflows?: WorkflowSource;
  /** What the project adds of its own. */
  readonly plugins: readonly TuttiPlugin[];
  /** As configured now, whatever it was when a job was made. */
  readonly projectBudget: ProjectBudget;
  /** For gates and set-up commands: the user's own, without our settings and the agents' logins. */
  readonly commandEnv: Readonly<Record<string, string>>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** The one redactor that stands before every sink. */
  readonly redact: (text: string) => string;
  /** The same for every text in a value. */
  readonly redactJson: { (value: JsonObject): JsonObject; (value: Json): Json };
  /** The folder of another project on this machine that has a checkpoint whose id begins so. Absent: nobody can tell. */
  readonly projectOfCheckpoint?: (idPrefix: string) => Promise<string | undefined>;
  /** For crash tests: ends the process when this point was named, else does nothing. */
  readonly fault: (point: FaultPoint) => void;
};

/** The account whose quota a job draws on. One for each machine until accounts are configurable. */
export const defaultAccount = "default";
