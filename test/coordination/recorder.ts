import type { BusListener } from '../../src/coordination/coordination.ts';

/** A listener that records what it receives, in order. */
export class Recorder implements BusListener {
  readonly messages: string[] = [];
  gaps = 0;

  // Bound, because the bus calls it without its object.
  readonly onMessage = (text: string): void => {
    this.messages.push(text);
  };

  readonly onGap = (): void => {
    this.gaps += 1;
  };
}
