/** What the form needs of a seating plan. The server validates it. */
export interface PlanFile {
  readonly name: string;
  readonly seatCount: number;
  /** Those with seats. */
  readonly categories: readonly { readonly name: string; readonly seatCount: number }[];
  /** As it is sent. */
  readonly plan: unknown;
}

interface Pretix {
  readonly name?: unknown;
  readonly zones: readonly {
    readonly rows?: readonly { readonly seats?: readonly { readonly category?: unknown }[] }[];
  }[];
}

/** @returns null for anything but UTF-8 with a seating plan in pretix's format, also as its API wraps it */
export function readPlanFile(bytes: ArrayBuffer): PlanFile | null {
  const plan = unwrapped(parsed(bytes));
  if (!isPretix(plan)) return null;
  const counts = new Map<string, number>();
  for (const { rows = [] } of plan.zones) {
    for (const { seats = [] } of rows) {
      for (const { category } of seats) count(counts, String(category).normalize());
    }
  }
  const categories = [...counts].map(([name, seatCount]) => ({ name, seatCount }));
  const seatCount = categories.reduce((sum, each) => sum + each.seatCount, 0);
  return { name: typeof plan.name === 'string' ? plan.name : '', seatCount, categories, plan };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function parsed(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function unwrapped(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || 'zones' in document) return document;
  if ('layout' in document) return document.layout;
  const only = 'results' in document && Array.isArray(document.results) ? document.results : [];
  return only.length === 1 ? unwrapped(only[0]) : document;
}

function isPretix(plan: unknown): plan is Pretix {
  if (typeof plan !== 'object' || plan === null || !('zones' in plan) || !Array.isArray(plan.zones)) return false;
  const isList = (value: unknown) => value === undefined || Array.isArray(value);
  return plan.zones.every((zone) => isList(zone?.rows) && (zone?.rows ?? []).every((row: Row) => isList(row?.seats)));
}

type Row = { readonly seats?: unknown } | null;
