import { z } from 'zod';
import { fitsCharacters } from '../../domain/characters.ts';

/**
 * The part of pretix's seating-plan format that is read (`seating-plan.schema.json`, and what its editor actually writes). Everything else
 * in a document is ignored. Positions are relative to the element that contains them.
 */

/** Far beyond any venue. Keeps the sums of nested positions finite, and exact enough to draw. */
const farthest = 1_000_000;
const longestText = 1_000;

const length = z.number().min(-farthest).max(farthest);
const size = z.number().min(0).max(farthest);
/** In NFC, so that names are equal however their accents were typed. */
const text = z
  .string()
  .refine((value) => fitsCharacters(value, longestText), `At most ${longestText} characters`)
  .refine((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value), 'Not storable: a NUL or half a character')
  .transform((value) => value.normalize());
/** Some tools write numbers instead of strings. */
const numbering = z.union([text, z.number()]).nullish();
const point = z.object({ x: length.default(0), y: length.default(0) });
const position = point.nullish().transform((value) => value ?? { x: 0, y: 0 });

const seat = z.object({
  seat_guid: text.refine((value) => value !== '', 'A seat needs a name of its own'),
  seat_number: numbering,
  category: text,
  position,
  radius: size.nullish(),
  wheelchair: z.unknown().optional(),
  accessible: z.unknown().optional(),
});

const row = z.object({
  row_number: numbering,
  row_label: text.nullish(),
  seat_label: text.nullish(),
  position,
  seats: z.array(seat),
});

const areaText = z.object({ text: text.nullish(), position, size: length.nullish(), color: text.nullish() });

const area = z.object({
  shape: z.string().nullish(),
  position,
  rotation: length.nullish(),
  color: text.nullish(),
  border_color: text.nullish(),
  rectangle: z.object({ width: length, height: length }).nullish(),
  circle: z.object({ radius: length }).nullish(),
  ellipse: z.object({ radius: point }).nullish(),
  polygon: z.object({ points: z.array(point) }).nullish(),
  /** The older schema has a plain text, and only rectangles, whose size is here. */
  text: z.union([areaText, text]).nullish(),
  width: length.nullish(),
  height: length.nullish(),
});

const zone = z.object({
  name: text.nullish(),
  position,
  rows: z.array(row).nullish(),
  areas: z.array(area).nullish(),
});

export const planFormat = z.object({
  categories: z.array(z.object({ name: text, color: text.nullish() })),
  zones: z.array(zone),
});

export type Plan = z.infer<typeof planFormat>;
export type PlanZone = Plan['zones'][number];
export type PlanRow = z.infer<typeof row>;
export type PlanSeat = z.infer<typeof seat>;
export type PlanArea = z.infer<typeof area>;
