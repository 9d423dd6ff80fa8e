export type Sample = { name: string; labels: Record<string, string>; value: number };

/** The samples of `/metrics`. `get` takes the sum of those with these labels, of which there must be one at least. */
export async function readMetrics(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/metrics`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics answered ${response.status}: ${text}`);
  const samples = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(toSample);
  const find = (name: string, labels: Record<string, string>): number | undefined => {
    const found = samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  };
  return {
    find,
    get(name: string, labels: Record<string, string>): number {
      const value = find(name, labels);
      if (value === undefined) throw new Error(`There is no ${name} with ${JSON.stringify(labels)}`);
      return value;
    },
  };
}

function toSample(line: string): Sample {
  const [, name = "", labelText = "", value = ""] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
  const labels = [...labelText.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, label = "", text = ""]) => [label, text]);
  return { name, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) };
}
