// Which models a filter leaves, and how many each further choice would leave. No document: a test runs it in Node.

export interface Row {
  text: string;
  values: Record<string, string>;
}

export interface Filter {
  query: string;
  chosen: Map<string, Set<string>>;
}

export function words(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

export function fits(row: Row, wanted: string[], chosen: Filter["chosen"], except = ""): boolean {
  if (!wanted.every((word) => row.text.includes(word))) return false;
  for (const [key, values] of chosen) {
    if (key !== except && values.size && !values.has(row.values[key] ?? "")) return false;
  }
  return true;
}

// Number of rows by facet and value, where the other facets and the query stay as they are.
export function counts(rows: Row[], filter: Filter, keys: string[]): Map<string, Map<string, number>> {
  const wanted = words(filter.query);
  const found = new Map<string, Map<string, number>>();
  for (const key of keys) {
    const of = new Map<string, number>();
    for (const row of rows) {
      if (!fits(row, wanted, filter.chosen, key)) continue;
      const value = row.values[key] ?? "";
      of.set(value, (of.get(value) ?? 0) + 1);
    }
    found.set(key, of);
  }
  return found;
}

export function readFilter(search: string, keys: string[]): Filter {
  const parameters = new URLSearchParams(search);
  return { query: parameters.get("q") ?? "", chosen: new Map(keys.map((key) => [key, new Set(parameters.getAll(key))])) };
}

export function writeFilter(filter: Filter, sort: string): string {
  const parameters = new URLSearchParams();
  if (filter.query) parameters.set("q", filter.query);
  for (const [key, values] of filter.chosen) for (const value of values) parameters.append(key, value);
  if (sort !== "status") parameters.set("sort", sort);
  return parameters.toString();
}
