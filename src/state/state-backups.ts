/** Copies of the whole state, made while it is in use. */
export interface StateBackups {
  /** Time between two copies while a job is driven, in milliseconds. */
  readonly everyMs: number;
  /** Does nothing where nothing was written since the last one. @throws {TuttiError} `STATE_CORRUPT` when the state is damaged */
  make(): Promise<void>;
}
