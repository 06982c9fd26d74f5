/** Node's timers reach no further. */
const longestTimerMs = 2_147_483_647;

export type Alarm = { readonly signal: AbortSignal; readonly clear: () => void };

/** While a person thinks, a workflow's sleep may end. */
export function alarmAt(at: number | undefined): Alarm {
  const due = new AbortController();
  if (at === undefined) return { signal: due.signal, clear: () => undefined };
  const timer = setTimeout(() => due.abort(), Math.min(Math.max(0, at - Date.now()), longestTimerMs));
  return { signal: due.signal, clear: () => clearTimeout(timer) };
}
