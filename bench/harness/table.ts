import type { Group, Metric } from "./contender.ts";
import { median, shown, summaryOf } from "./statistics.ts";

const header = ["| | | median | min | max | rounds | Tutti is better by |", "|---|---|---:|---:|---:|---:|---:|"];

/** A Markdown table: each metric with its contenders, the reference first. */
export function tableOf(group: Group): string {
  const rows = group.metrics.flatMap((metric) => metricRows(group, metric));
  return [`**${group.title}**`, "", ...header, ...rows].join("\n");
}

function metricRows({ samples, reference }: Group, metric: Metric): readonly string[] {
  const found = [...samples].flatMap(([name, all]) => {
    const values = all.flatMap((sample) => sample[metric.key] ?? []);
    return values.length === 0 ? [] : [{ name, values }];
  });
  const ours = found.find(({ name }) => name === reference);
  return found.map(({ name, values }, index) => {
    const { median: middle, min, max, count } = summaryOf(values);
    const title = index === 0 ? `${metric.title}, ${metric.unit}` : "";
    const factor = ours === undefined || isOurs(name) ? "" : factorOf(metric, median(ours.values), middle);
    return `| ${title} | ${name} | ${shown(middle)} | ${shown(min)} | ${shown(max)} | ${count} | ${factor} |`;
  });
}

const isOurs = (name: string): boolean => /^tutti\b/i.test(name);

function factorOf({ better }: Metric, ours: number, theirs: number): string {
  const factor = better === "less" ? theirs / ours : ours / theirs;
  return Number.isFinite(factor) ? `${shown(factor)}×` : "";
}
