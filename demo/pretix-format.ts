import { v5 as uuidOf } from 'uuid';
import type { Point } from '../src/domain/layout.ts';

/** Writes zones, rows, seats and areas like pretix's editor, from absolute points. */

export interface Place extends Point {
  readonly category: string;
  readonly wheelchair?: boolean;
}

export interface RowOfPlaces {
  readonly name: string;
  readonly places: readonly Place[];
}

export interface ZoneDrawing {
  readonly name: string;
  readonly id: string;
  readonly position: Point;
  /** Row label in the editor, and names of a row and a seat in a sentence. */
  readonly naming: {
    readonly row_number_position: 'both' | null;
    readonly row_label: string;
    readonly seat_label: string;
  };
  readonly rows: readonly RowOfPlaces[];
  readonly areas: readonly AreaDrawing[];
}

export interface AreaDrawing {
  readonly position: Point;
  readonly color: string;
  readonly borderColor: string;
  /** Degrees, clockwise about `position`. */
  readonly rotation?: number;
  /** Corners of a polygon. Without them the area is only a text. */
  readonly corners?: readonly Point[];
  readonly text?: { readonly text: string; readonly size: number; readonly color: string; readonly at: Point };
}

/** The editor uses random ids. These are the same in each run. */
const ids = '5d6f2c1e-8a3b-4f0d-9c47-2b1e7a90d354';
const wheelchairRadius = 13;

export function zone({ name, id, position, naming, rows, areas }: ZoneDrawing) {
  return {
    name,
    zone_id: id,
    uuid: uuidOf(id, ids),
    position,
    rows: rows.map((row) => ({ ...naming, ...rowOf(row, id, position) })),
    areas: areas.map((area, place) => areaOf(area, uuidOf(`${id} area ${place}`, ids), position)),
  };
}

function rowOf({ name, places }: RowOfPlaces, zoneId: string, zonePosition: Point) {
  const start = places[0] ?? zonePosition;
  return {
    row_number: name,
    uuid: uuidOf(`${zoneId}-${name}`, ids),
    position: from(zonePosition, start),
    seats: places.map((place, at) => seatOf(place, `${at + 1}`, `${zoneId}-${name}-${at + 1}`, start)),
  };
}

function seatOf(place: Place, number: string, guid: string, rowStart: Point) {
  return {
    seat_number: number,
    seat_guid: guid,
    uuid: uuidOf(guid, ids),
    position: from(rowStart, place),
    category: place.category,
    ...(place.wheelchair ? { wheelchair: true, radius: wheelchairRadius } : {}),
  };
}

function areaOf(area: AreaDrawing, uuid: string, zonePosition: Point) {
  const { position, text = { text: '', size: 16, color: '#333333', at: position } } = area;
  return {
    ...shapeOf(area),
    color: area.color,
    border_color: area.borderColor,
    rotation: rounded(area.rotation ?? 0),
    uuid,
    position: from(zonePosition, position),
    text: { position: from(position, text.at), color: text.color, text: text.text, size: text.size },
  };
}

function shapeOf({ position, corners }: AreaDrawing) {
  if (!corners) return { shape: 'text' };
  return { shape: 'polygon', polygon: { points: corners.map((corner) => from(position, corner)) } };
}

/** Rounds both ends first, so that nested offsets add up to the rounded place. */
function from(origin: Point, point: Point): Point {
  return { x: rounded(rounded(point.x) - rounded(origin.x)), y: rounded(rounded(point.y) - rounded(origin.y)) };
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
