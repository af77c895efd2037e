import type { BusListener } from '../../src/coordination/coordination.ts';

/** A listener that keeps what it was told, in order. */
export class Recorder implements BusListener {
  readonly messages: string[] = [];
  gaps = 0;

  // Bound, as the bus takes the methods without their object.
  readonly onMessage = (text: string): void => {
    this.messages.push(text);
  };

  readonly onGap = (): void => {
    this.gaps += 1;
  };
}
