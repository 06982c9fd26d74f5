import type { FaultPoint } from "../domain/fault-points.ts";
import type { SqlSession, SqlStore } from "../engine/embedded/sql-store.ts";

/**
 * The engine's store, with the fault points `workflow.recording` and `workflow.recorded` around every record that the body of a
 * workflow makes in its journal. Where the environment asks for no faults it is the store itself.
 */
export function injectRecordFaults(
  { TUTTI_FAULT, TUTTI_FAULT_FOLDER }: Readonly<Record<string, string | undefined>>,
  store: SqlStore,
  fault: (point: FaultPoint) => void,
): SqlStore {
  if (TUTTI_FAULT === undefined && TUTTI_FAULT_FOLDER === undefined) return store;
  return {
    inspect: (query) => store.inspect(query),
    watch: () => store.watch(),
    async transact(command) {
      let isRecord = false;
      const value = await store.transact((session) => {
        isRecord = false;
        const made = command(noticing(session, () => (isRecord = true)));
        if (isRecord) fault("workflow.recording");
        return made;
      });
      if (isRecord) fault("workflow.recorded");
      return value;
    },
  };
}

/** As `workflowRunId` names it. */
const bodyId = /\/workflow#\d+$/;

const noticing = (session: SqlSession, onRecord: () => void): SqlSession => ({
  all: (sql, ...parameters) => session.all(sql, ...parameters),
  get: (sql, ...parameters) => session.get(sql, ...parameters),
  run: (sql, ...parameters) => {
    const changes = session.run(sql, ...parameters);
    const isOfBody = parameters.some((value) => typeof value === "string" && bodyId.test(value));
    if (changes > 0 && isOfBody && sql.includes("engine_steps")) onRecord();
    return changes;
  },
});
