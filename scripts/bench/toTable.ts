export type Row = readonly [name: string, ...cells: string[]];

/** A table in Markdown, with names to the left and numbers to the right. */
export function toTable(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}
