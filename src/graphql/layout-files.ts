import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { LayoutRow } from '../domain/layout.ts';
import type { EventRecord } from '../domain/records.ts';
import type { EventLayout } from '../events/layouts.ts';
import { nextTimeSlice } from '../time-slices.ts';
import { encodeCategoryId, encodeSeatId } from './ids.ts';

const brotlied = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** The highest levels are 11 and 9. Brotli's take ten times as long, and save a twentieth of the bytes. */
const BROTLI_QUALITY = 9;
const GZIP_LEVEL = 9;

/** Compressed layouts in the cache: some hundreds of large ones. */
const MAX_BYTES_KEPT = 100_000_000;

/** Seats serialized between two checks of the time slice. */
const SEATS_A_SLICE = 200;

/** Must be raised when the bytes of the same layout change, because clients cache the file of an address for a year. */
export const FORMAT = 1;

/** A layout as JSON, compressed. */
export interface LayoutFile {
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

/** Name of the event's layout file, different for each layout, and known without reading it. */
export function layoutHash({ id, contentDigest }: EventRecord): string {
  return hash('sha256', `${FORMAT} ${id} ${contentDigest}`, 'base64url').slice(0, 22);
}

/** A cache of the files for `SeatMap.layoutUrl`. */
export class LayoutFiles {
  readonly #files = new LRUCache<string, LayoutFile>({
    maxSize: MAX_BYTES_KEPT,
    sizeCalculation: ({ brotli, gzip }) => brotli.length + gzip.length,
  });
  readonly #making = new Map<string, Promise<LayoutFile>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Concurrent calls share a file. Files are made one at a time. */
  get(eventId: string, layout: EventLayout): LayoutFile | Promise<LayoutFile> {
    return this.#files.get(eventId) ?? this.#making.get(eventId) ?? this.#makeInTurn(eventId, layout);
  }

  #makeInTurn(eventId: string, layout: EventLayout): Promise<LayoutFile> {
    const make = async () => {
      const file = await makeFile(eventId, layout);
      this.#files.set(eventId, file);
      return file;
    };
    const making = this.#last.then(make, make).finally(() => this.#making.delete(eventId));
    this.#last = making;
    this.#making.set(eventId, making);
    return making;
  }
}

async function makeFile(eventId: string, layout: EventLayout): Promise<LayoutFile> {
  const json = Buffer.from(await layoutJson(eventId, layout));
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: json.length };
  const [brotli, gzip] = await Promise.all([brotlied(json, { params }), gzipped(json, { level: GZIP_LEVEL })]);
  return { brotli, gzip };
}

/** Fields have the names and types of the schema. Those that may change are left out: statuses, and prices of categories. */
async function layoutJson(eventId: string, layout: EventLayout): Promise<string> {
  const { width, height, areas } = layout;
  const sections: string[] = [];
  for (const { name, position, rows } of layout.sections) {
    const written: string[] = [];
    for (const row of rows) written.push(await rowJson(eventId, layout, row));
    sections.push(`{"name":${JSON.stringify(name)},"position":${JSON.stringify(position)},"rows":[${written.join()}]}`);
  }
  return `{"width":${width},"height":${height},"sections":[${sections.join()}],"shapes":${JSON.stringify(areas)}}`;
}

async function rowJson(eventId: string, layout: EventLayout, row: LayoutRow): Promise<string> {
  const { name, label = null, seatLabel = null, firstSeatIndex, seatCount } = row;
  const seats: string[] = [];
  for (let index = firstSeatIndex; index < firstSeatIndex + seatCount; index += 1) {
    if (index % SEATS_A_SLICE === 0) await nextTimeSlice();
    seats.push(JSON.stringify(seatOf(eventId, layout, index)));
  }
  const names = JSON.stringify({ name, label, seatLabel });
  return `${names.slice(0, -1)},"seats":[${seats.join()}]}`;
}

function seatOf(eventId: string, layout: EventLayout, index: number) {
  const { number, x, y, radius, category, accessible } = layout.seat(index);
  return {
    id: encodeSeatId(eventId, index),
    index,
    label: layout.label(index),
    number,
    position: { x, y },
    radius,
    categoryId: encodeCategoryId(eventId, category),
    accessible,
  };
}
