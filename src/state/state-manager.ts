import { Accounts } from "./accounts.ts";
import { Attempts } from "./attempts.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Breakpoints } from "./breakpoints.ts";
import type { StateContext } from "./context.ts";
import type { DoneTask } from "../domain/workflow/usual-call.ts";
import { Costs } from "./costs.ts";
import { doneTasks } from "./done-tasks.ts";
import { Decisions } from "./decisions.ts";
import { EventLog } from "./event-log.ts";
import { FileChanges } from "./file-changes.ts";
import { Feedback } from "./feedback.ts";
import { Fleet } from "./fleet.ts";
import { GateBaselines } from "./gate-baselines.ts";
import { History } from "./history.ts";
import { Holds } from "./holds.ts";
import { Integrations } from "./integrations.ts";
import { Interactions } from "./interactions.ts";
import { Jobs } from "./jobs.ts";
import { Notes } from "./notes.ts";
import { Prompts } from "./prompts.ts";
import { Outcomes } from "./outcomes.ts";
import { Pauses } from "./pauses.ts";
import { Ratings } from "./ratings.ts";
import { Restored } from "./restored.ts";
import { Reservations } from "./reservations.ts";
import { Rollbacks } from "./rollbacks.ts";
import { Results } from "./results.ts";
import { Sessions } from "./sessions.ts";
import { SupervisorStandings } from "./supervisor-standings.ts";
import { TaskFeed } from "./task-feed.ts";
import { Tasks } from "./tasks.ts";
import { WorkflowEvents } from "./workflow-events.ts";
import { WorkflowRuns } from "./workflow-runs.ts";

/**
 * The one way to read and write state. Every command is one transaction that writes rows and the events that say so.
 */
export class StateManager {
  readonly jobs: Jobs;
  readonly tasks: Tasks;
  readonly taskFeed: TaskFeed;
  readonly attempts: Attempts;
  readonly integrations: Integrations;
  readonly sessions: Sessions;
  readonly results: Results;
  readonly checkpoints: Checkpoints;
  readonly rollbacks: Rollbacks;
  readonly costs: Costs;
  /** What the completed tasks of a project took. */
  readonly doneTasks: (projectPath: string) => Promise<readonly DoneTask[]>;
  readonly reservations: Reservations;
  readonly fleet: Fleet;
  readonly gateBaselines: GateBaselines;
  readonly notes: Notes;
  readonly prompts: Prompts;
  readonly pauses: Pauses;
  readonly accounts: Accounts;
  readonly holds: Holds;
  readonly interactions: Interactions;
  readonly supervisorStandings: SupervisorStandings;
  readonly breakpoints: Breakpoints;
  readonly fileChanges: FileChanges;
  readonly restored: Restored;
  readonly events: EventLog;
  readonly decisions: Decisions;
  readonly outcomes: Outcomes;
  readonly ratings: Ratings;
  readonly feedback: Feedback;
  readonly history: History;
  readonly workflowRuns: WorkflowRuns;
  readonly workflowEvents: WorkflowEvents;

  constructor(context: StateContext) {
    this.jobs = new Jobs(context);
    this.tasks = new Tasks(context);
    this.taskFeed = new TaskFeed(context);
    this.attempts = new Attempts(context);
    this.integrations = new Integrations(context);
    this.sessions = new Sessions(context);
    this.results = new Results(context);
    this.checkpoints = new Checkpoints(context);
    this.rollbacks = new Rollbacks(context);
    this.costs = new Costs(context);
    this.doneTasks = (projectPath) => doneTasks(context, projectPath);
    this.reservations = new Reservations(context);
    this.fleet = new Fleet(context);
    this.gateBaselines = new GateBaselines(context);
    this.notes = new Notes(context);
    this.prompts = new Prompts(context);
    this.pauses = new Pauses(context);
    this.accounts = new Accounts(context);
    this.holds = new Holds(context);
    this.interactions = new Interactions(context);
    this.supervisorStandings = new SupervisorStandings(context);
    this.breakpoints = new Breakpoints(context);
    this.fileChanges = new FileChanges(context);
    this.restored = new Restored(context);
    this.events = new EventLog(context);
    this.decisions = new Decisions(context);
    this.outcomes = new Outcomes(context);
    this.ratings = new Ratings(context);
    this.feedback = new Feedback(context);
    this.history = new History(context);
    this.workflowRuns = new WorkflowRuns(context);
    this.workflowEvents = new WorkflowEvents(context);
  }
}
