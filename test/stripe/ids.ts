import { randomBytes } from 'node:crypto';

/** Ids and times of new objects. Later objects have a greater `order`, by which lists go. */
export class Ids {
  #order = 0;

  made(prefix: string): { readonly id: string; readonly created: number; readonly order: number } {
    return { id: this.next(prefix), created: Math.floor(Date.now() / 1000), order: ++this.#order };
  }

  next(prefix: string): string {
    return `${prefix}_${randomBytes(12).toString('hex')}`;
  }
}
