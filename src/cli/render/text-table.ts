import { displayWidth, padLeft, padTo } from "./terminal-text.ts";

export type TableColumn = { readonly title: string; readonly align?: "right" };

/**
 * A table with a title row, two blanks between columns and no lines.
 * @param rows - one cell for each column; cells may be coloured
 */
export function textTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index] ?? ""))));
  const lines = cells.map((row) =>
    columns
      .map(({ align }, index) => (align === "right" ? padLeft : padTo)(row[index] ?? "", widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
