/** Which seats each reservation holds. */
export class HeldSeats {
  readonly #holders: (string | null)[];
  readonly #seats = new Map<string, Set<number>>();

  constructor(seatCount: number) {
    this.#holders = new Array<string | null>(seatCount).fill(null);
  }

  /** Of reservations that hold a seat. */
  get reservationIds(): string[] {
    return [...this.#seats.keys()];
  }

  holderOf(index: number): string | null {
    return this.#holders[index] ?? null;
  }

  of(reservationId: string): ReadonlySet<number> {
    return this.#seats.get(reservationId) ?? new Set();
  }

  set(index: number, reservationId: string | null): void {
    const before = this.holderOf(index);
    if (before === reservationId) return;
    if (before !== null) this.#remove(index, before);
    if (reservationId !== null) this.#add(index, reservationId);
    this.#holders[index] = reservationId;
  }

  #add(index: number, reservationId: string): void {
    const seats = this.#seats.get(reservationId) ?? new Set();
    this.#seats.set(reservationId, seats.add(index));
  }

  #remove(index: number, reservationId: string): void {
    const seats = this.#seats.get(reservationId);
    seats?.delete(index);
    if (seats?.size === 0) this.#seats.delete(reservationId);
  }
}
