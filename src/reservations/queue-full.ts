/** What waits for the event will not be written in reasonable time. Nothing was changed. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}
