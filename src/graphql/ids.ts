/**
 * Global ids: opaque to clients, and a double click selects a whole one. They consist of the type's name and its keys, joined by
 * `_`: uuids as 22 base62 digits, positions as decimals. Every object has exactly one id; `decode` returns null for anything else.
 */
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const uuidDigits = 22;
const largestUuid = 2n ** 128n - 1n;
const digitValues = new Map([...base62].map((digit, value) => [digit, BigInt(value)]));

const code = `([0-9A-Za-z]{${uuidDigits}})`;
/** At most nine digits, which fit the store's integers. */
const place = '(0|[1-9][0-9]{0,8})';
/** The store has a smallint for a category's position. */
const maxPosition = 32_767;

const patterns = {
  event: new RegExp(`^event_${code}$`),
  seat: new RegExp(`^seat_${code}_${place}$`),
  category: new RegExp(`^category_${code}_${place}$`),
  reservation: new RegExp(`^reservation_${code}_${code}$`),
  booking: new RegExp(`^booking_${code}_${code}$`),
  payment: new RegExp(`^payment_${code}_${code}$`),
};

/** Takes a lower-case uuid, like all functions below. */
export function encodeEventId(eventId: string): string {
  return `event_${eventCode(eventId)}`;
}

export function decodeEventId(id: string): string | null {
  const [, event] = patterns.event.exec(id) ?? [];
  return event === undefined ? null : eventOf(event);
}

export function encodeSeatId(eventId: string, index: number): string {
  return `seat_${eventCode(eventId)}_${index}`;
}

export function decodeSeatId(id: string): { eventId: string; index: number } | null {
  const placed = decodePlace(patterns.seat, id);
  return placed && { eventId: placed.eventId, index: placed.place };
}

/** `position` is the category's place in its event's list. */
export function encodeCategoryId(eventId: string, position: number): string {
  return `category_${eventCode(eventId)}_${position}`;
}

export function decodeCategoryId(id: string): { eventId: string; position: number } | null {
  const placed = decodePlace(patterns.category, id);
  return placed && placed.place <= maxPosition ? { eventId: placed.eventId, position: placed.place } : null;
}

export function encodeReservationId(eventId: string, reservationId: string): string {
  return `reservation_${eventCode(eventId)}_${uuidToCode(reservationId)}`;
}

export function decodeReservationId(id: string): { eventId: string; reservationId: string } | null {
  const pair = decodePair(patterns.reservation, id);
  return pair && { eventId: pair.eventId, reservationId: pair.ownId };
}

export function encodeBookingId(eventId: string, bookingId: string): string {
  return `booking_${eventCode(eventId)}_${uuidToCode(bookingId)}`;
}

export function decodeBookingId(id: string): { eventId: string; bookingId: string } | null {
  const pair = decodePair(patterns.booking, id);
  return pair && { eventId: pair.eventId, bookingId: pair.ownId };
}

export function encodePaymentId(eventId: string, paymentId: string): string {
  return `payment_${eventCode(eventId)}_${uuidToCode(paymentId)}`;
}

export function decodePaymentId(id: string): { eventId: string; paymentId: string } | null {
  const pair = decodePair(patterns.payment, id);
  return pair && { eventId: pair.eventId, paymentId: pair.ownId };
}

function decodePlace(pattern: RegExp, id: string): { eventId: string; place: number } | null {
  const [, event, place] = pattern.exec(id) ?? [];
  if (event === undefined || place === undefined) return null;
  const eventId = eventOf(event);
  return eventId === null ? null : { eventId, place: Number(place) };
}

function decodePair(pattern: RegExp, id: string): { eventId: string; ownId: string } | null {
  const [, event, own] = pattern.exec(id) ?? [];
  if (event === undefined || own === undefined) return null;
  const [eventId, ownId] = [eventOf(event), codeToUuid(own)];
  return eventId === null || ownId === null ? null : { eventId, ownId };
}

function uuidToCode(uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let digits = '';
  for (let place = 0; place < uuidDigits; place += 1, rest /= 62n) digits = base62.charAt(Number(rest % 62n)) + digits;
  return digits;
}

/** Null for more than 128 bits. */
function codeToUuid(digits: string): string | null {
  let value = 0n;
  for (const digit of digits) value = value * 62n + (digitValues.get(digit) ?? 0n);
  if (value > largestUuid) return null;
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The event's part of seat ids is cached, because a query may ask for thousands of seats of one event in a row. */
const eventCode = rememberLast(uuidToCode);
const eventOf = rememberLast(codeToUuid);

function rememberLast<Result>(compute: (text: string) => Result): (text: string) => Result {
  let last: { text: string; result: Result } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: compute(text) };
    return last.result;
  };
}
