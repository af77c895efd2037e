import type { BusListener, EventChange } from '../../src/coordination/coordination.ts';

/** A listener that keeps what it was told, in order. */
export class Recorder implements BusListener {
  readonly told: (EventChange | 'gap')[] = [];

  onChange(change: EventChange): void {
    this.told.push(change);
  }

  onGap(): void {
    this.told.push('gap');
  }

  get changes(): EventChange[] {
    return this.told.filter((told) => told !== 'gap');
  }

  get gaps(): number {
    return this.told.length - this.changes.length;
  }

  /** The versions of the first seat in each change: the tests number their changes by them. */
  get numbers(): (number | undefined)[] {
    return this.changes.map(({ seats }) => seats[0]?.version);
  }
}

export function change(number: number): EventChange {
  return {
    seats: [{ index: 7, status: 'BOOKED', version: number, reservationId: null, expiresAtMs: null }],
    reservationIds: [`reservation-${number}`],
  };
}
