import type { Layout } from '../../domain/layout.ts';
import { drawAreas } from './areas.ts';
import { checkPlan } from './check.ts';
import { type Plan, planFormat } from './format.ts';
import { fitDrawing } from './frame.ts';
import { pathText, type Refusal, refuse, refuseAll, within } from './refusal.ts';
import { categoriesOf, placeSeats } from './seats.ts';

export type ParsedPlan = { readonly ok: true; readonly layout: Layout } | Refusal;

/**
 * Parses a seating plan in pretix's format, also as pretix's API wraps it. Never throws for a JSON value. Paths of faults are relative to
 * the document, and empty if the document as a whole is no plan.
 */
export function parseSeatingPlan(document: unknown): ParsedPlan {
  const results = fieldOf(document, 'results');
  if (!Array.isArray(results)) return parseWrapped(document);
  if (results.length !== 1) return refuse('results', `Expected one plan, not ${results.length}`);
  return at('results[0]', parseWrapped(results[0]));
}

/** pretix's API returns a plan as the `layout` of an object, and a list of such objects as `results`. */
function parseWrapped(document: unknown): ParsedPlan {
  const layout = fieldOf(document, 'layout');
  return layout === undefined ? parsePlan(document) : at('layout', parsePlan(layout));
}

/** Undefined if there is no such field, or if the document itself is a plan. */
function fieldOf(document: unknown, name: string): unknown {
  if (typeof document !== 'object' || document === null || 'zones' in document) return undefined;
  return Object.entries(document).find(([key]) => key === name)?.[1];
}

function at(path: string, parsed: ParsedPlan): ParsedPlan {
  return parsed.ok ? parsed : within(path, parsed);
}

function parsePlan(plan: unknown): ParsedPlan {
  const read = planFormat.safeParse(plan);
  if (read.success) return checkPlan(read.data) ?? { ok: true, layout: layOut(read.data) };
  const faults = read.error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
  return refuseAll(faults) ?? refuse('', 'Not a seating plan');
}

function layOut(plan: Plan): Layout {
  const categories = categoriesOf(plan);
  return fitDrawing({ categories, ...placeSeats(plan, categories), areas: drawAreas(plan) });
}
