import { TuttiError } from "../../domain/errors.ts";
import type { SqlRow } from "./sql-store.ts";

/** @throws {TuttiError} `STATE_CORRUPT` when the column holds anything but text */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw corrupt(column, value);
  return value;
}

export function optionalTextOf(row: SqlRow, column: string): string | undefined {
  return row[column] === null || row[column] === undefined ? undefined : textOf(row, column);
}

/** @throws {TuttiError} `STATE_CORRUPT` when the column holds anything but a number */
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw corrupt(column, value);
  return value;
}

export function optionalNumberOf(row: SqlRow, column: string): number | undefined {
  return row[column] === null || row[column] === undefined ? undefined : numberOf(row, column);
}

/** @throws {TuttiError} `STATE_CORRUPT` when the column holds none of `members` */
export function memberOf<T extends string>(row: SqlRow, column: string, members: readonly T[]): T {
  const value = row[column];
  const member = members.find((candidate) => candidate === value);
  if (member === undefined) throw corrupt(column, value);
  return member;
}

function corrupt(column: string, value: unknown): TuttiError {
  return new TuttiError("STATE_CORRUPT", `The column ${column} holds ${value === null ? "nothing" : typeof value}`);
}
