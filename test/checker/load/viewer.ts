import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Change, Request } from '../history/call.ts';
import type { Random } from '../random.ts';
import type { CheckedNode } from '../rig/node.ts';
import { policy, seatsPerHouse } from '../rig/policy.ts';
import type { Journal } from './journal.ts';

/** A reservation as its viewer knows it. */
interface Known {
  readonly eventId: string;
  readonly id: string;
  readonly seats: readonly number[];
  /** In milliseconds since 1970: this machine's clock is the store's too. */
  readonly endsAtMs: number;
}

/** An intent that may be sent again. */
interface Intent {
  readonly eventId: string;
  readonly seats: readonly number[];
  readonly key: string;
}

interface SentChange {
  readonly eventId: string;
  readonly request: Change;
}

export interface ViewerSettings {
  readonly name: string;
  readonly token: string;
  /** Blocks seats and puts them back, besides. */
  readonly isOrganizer: boolean;
  readonly houses: readonly string[];
  readonly nodes: readonly CheckedNode[];
  readonly journal: Journal;
  readonly random: Random;
  /** Shared by all: deadlines that others may wait for. */
  readonly deadlines: Deadlines;
}

/** Seats that somebody holds until about then. */
export type Deadlines = { eventId: string; seats: readonly number[]; endsAtMs: number }[];

/** When those send who wait for a deadline: most come just before it, as it takes a while to get to the store. */
const BEFORE_DEADLINE_MS = 12;
const AFTER_DEADLINE_MS = 3;
/** Nobody waits longer for one. */
const MAX_WAIT_MS = 700;
/** What a viewer does between two requests, and after one that was not answered. */
const THINK_MS = 10;
const RECOVER_MS = 60;
const MOST_KNOWN = 6;

/** One viewer's requests, as its random numbers and the answers have them. */
export class Viewer {
  readonly #settings: ViewerSettings;
  readonly #random: Random;
  #known: Known[] = [];
  #intents: Intent[] = [];
  /** Extensions and cancellations with a key. */
  #changes: SentChange[] = [];
  #keys = 0;

  constructor(settings: ViewerSettings) {
    this.#settings = settings;
    this.#random = settings.random;
  }

  /** Until there were enough requests of all viewers together. */
  async act(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      const answer = await this.#next();
      const recovers = answer.type === 'unknown' || answer.type === 'not sent';
      await sleep(this.#random.between(0, recovers ? RECOVER_MS : THINK_MS));
    }
  }

  #next(): Promise<Answer> {
    const kind = this.#random.next();
    if (this.#settings.isOrganizer && kind < 0.5) return this.#setBlocked();
    if (kind < 0.1) return this.#send(this.#house(), { kind: 'read' });
    if (kind < 0.2) return this.#repeat();
    if (kind < 0.65 || this.#known.length === 0) return this.#reserve();
    return this.#change(this.#random.pick(this.#known));
  }

  async #reserve(): Promise<Answer> {
    const random = this.#random;
    const atDeadline = random.chance(0.3) ? this.#upcoming() : undefined;
    const eventId = atDeadline?.eventId ?? this.#house();
    const seats = atDeadline?.seats ?? this.#someSeats();
    if (atDeadline !== undefined) await this.#waitUntilAbout(atDeadline.endsAtMs);
    if (random.chance(0.1)) return this.#reserveTooMuch();
    if (random.chance(0.5)) return this.#send(eventId, { kind: 'reserve', seats, key: null });

    const intent = { eventId, seats, key: this.#newKey() };
    this.#intents = [...this.#intents, intent].slice(-MOST_KNOWN);
    // As a client does that lost its patience: on other nodes, and all at once.
    const copies = random.chance(0.2) ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => this.#sendIntent(intent)));
    const [first = { type: 'not sent' }] = answers;
    return first.type === 'unknown' ? this.#sendIntent(intent) : first;
  }

  /** One more than is allowed in a house, all at once. */
  async #reserveTooMuch(): Promise<Answer> {
    const house = this.#house();
    const first = this.#random.below(seatsPerHouse);
    const answers = await Promise.all(
      Array.from({ length: policy.maxActiveReservations + 1 }, (_, nth) => {
        return this.#send(house, { kind: 'reserve', seats: [(first + nth) % seatsPerHouse], key: null });
      }),
    );
    return answers.find(({ type }) => type === 'unknown') ?? { type: 'Done' };
  }

  /** The same intent once more; now and then for other seats, which must not be given. */
  async #repeat(): Promise<Answer> {
    if (this.#changes.length > 0 && this.#random.chance(0.5))
      return this.#repeatChange(this.#random.pick(this.#changes));
    if (this.#intents.length === 0) return this.#reserve();
    const intent = this.#random.pick(this.#intents);
    if (this.#random.chance(0.2)) return this.#sendIntent({ ...intent, seats: this.#someSeats() });
    return this.#sendIntent(intent);
  }

  async #change({ eventId, id: reservation, seats, endsAtMs }: Known): Promise<Answer> {
    const random = this.#random;
    const isLate = random.chance(0.5);
    if (isLate) await this.#waitUntilAbout(endsAtMs);
    const request: Request =
      isLate && random.chance(0.5) ? this.#extensionOf(reservation) : this.#changeOf(reservation, seats);
    const answer = await this.#sendChange(eventId, request);
    const isOver = ['ReservationExpired', 'ReservationNotActive', 'Booking'].includes(answer.type);
    if (isOver && random.chance(0.8)) this.#known = this.#known.filter(({ id }) => id !== reservation);
    return answer;
  }

  #changeOf(reservation: string, seats: readonly number[]): Request {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.3) return this.#extensionOf(reservation);
    if (kind < 0.4) return { kind: 'confirm', reservation, accepted: random.chance(0.5) };
    const some = seats.length > 1 && random.chance(0.5) ? [random.pick(seats)] : null;
    return { kind: 'cancel', reservation, seats: some, key: this.#keyOrNone() };
  }

  #extensionOf(reservation: string): Change {
    return { kind: 'extend', reservation, key: this.#keyOrNone() };
  }

  /** Again after no answer, if it has a key. */
  async #sendChange(eventId: string, request: Request): Promise<Answer> {
    if (!('key' in request) || request.key === null || request.kind === 'reserve') return this.#send(eventId, request);
    this.#changes = [...this.#changes, { eventId, request }].slice(-MOST_KNOWN);
    const answer = await this.#send(eventId, request);
    return answer.type === 'unknown' ? this.#send(eventId, request) : answer;
  }

  /** The same change once more; now and then with other contents, which must be refused. */
  #repeatChange({ eventId, request }: SentChange): Promise<Answer> {
    return this.#send(eventId, this.#random.chance(0.4) ? this.#withOtherContents(eventId, request) : request);
  }

  #withOtherContents(eventId: string, request: Change): Change {
    const other = this.#known.find((known) => known.eventId === eventId && known.id !== request.reservation);
    if (other !== undefined) return { ...request, reservation: other.id };
    if (request.kind === 'extend') return request;
    return { ...request, seats: request.seats === null ? [this.#random.below(seatsPerHouse)] : null };
  }

  #keyOrNone(): string | null {
    return this.#random.chance(0.5) ? this.#newKey() : null;
  }

  #newKey(): string {
    this.#keys += 1;
    return `${this.#settings.name}-${this.#keys}`;
  }

  #setBlocked(): Promise<Answer> {
    const kind = this.#random.chance(0.4) ? 'block' : 'unblock';
    return this.#send(this.#house(), { kind, seats: this.#someSeats() });
  }

  #sendIntent({ eventId, seats, key }: Intent): Promise<Answer> {
    return this.#send(eventId, { kind: 'reserve', seats, key });
  }

  async #send(eventId: string, request: Request): Promise<Answer> {
    const { name: viewer, token, journal } = this.#settings;
    const answer = await journal.call({ viewer, token, node: this.#someNode() }, eventId, request);
    if (answer.type === 'Reservation') this.#learn(eventId, answer);
    return answer;
  }

  #learn(
    eventId: string,
    { id, status, seats, expiresAtMs: endsAtMs }: Extract<Answer, { type: 'Reservation' }>,
  ): void {
    this.#known = this.#known.filter((known) => known.id !== id);
    if (status !== 'ACTIVE') return;
    this.#known = [...this.#known, { eventId, id, seats, endsAtMs }].slice(-MOST_KNOWN);
    const { deadlines } = this.#settings;
    deadlines.push({ eventId, seats, endsAtMs });
    if (deadlines.length > 100) deadlines.shift();
  }

  #upcoming(): Deadlines[number] | undefined {
    const now = Date.now();
    return this.#settings.deadlines.find(({ endsAtMs }) => endsAtMs > now && endsAtMs < now + MAX_WAIT_MS);
  }

  async #waitUntilAbout(endsAtMs: number): Promise<void> {
    const waitMs = endsAtMs + this.#random.between(-BEFORE_DEADLINE_MS, AFTER_DEADLINE_MS) - Date.now();
    if (waitMs > 0 && waitMs < MAX_WAIT_MS + policy.extensionMs) await sleep(waitMs);
  }

  #house(): string {
    return this.#random.pick(this.#settings.houses);
  }

  /** Neighbours, ascending. */
  #someSeats(): number[] {
    const first = this.#random.below(seatsPerHouse);
    const count = 1 + this.#random.below(3);
    return Array.from({ length: count }, (_, place) => first + place).filter((seat) => seat < seatsPerHouse);
  }

  /** One that listens, if any does. */
  #someNode(): number {
    const { nodes } = this.#settings;
    const first = this.#random.below(nodes.length);
    const order = nodes.map((_, place) => (first + place) % nodes.length);
    return order.find((node) => nodes[node]?.isUp) ?? first;
  }
}
