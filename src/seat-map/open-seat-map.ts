import { LiveSeatMap, type LiveSeatMapSettings } from './live-seat-map.ts';
import { StateReader } from './state-reader.ts';

export interface OpenedSeatMap extends AsyncDisposable {
  readonly map: LiveSeatMap;
}

/**
 * Subscribes first and reads the store then, so that no change can fall in between. Null if there is no such event; rejects
 * if the store cannot be read.
 */
export async function openSeatMap(eventId: string, settings: LiveSeatMapSettings): Promise<OpenedSeatMap | null> {
  const reader = new StateReader(eventId, settings);
  const opening: { map?: LiveSeatMap; hasGap: boolean } = { hasGap: false };
  const subscription = await settings.coordination.bus.subscribe(eventId, {
    onChange: (change) => (opening.map === undefined ? reader.hear(change.seats) : opening.map.receive(change)),
    onGap: () => {
      opening.hasGap = true;
      opening.map?.repair();
    },
  });

  const unsubscribe = () => subscription[Symbol.asyncDispose]();
  const close = async (map: LiveSeatMap) => {
    await unsubscribe();
    await map[Symbol.asyncDispose]();
  };
  const opened = await reader
    .read((states) => {
      const map = new LiveSeatMap(eventId, settings, reader, states);
      opening.map = map;
      if (opening.hasGap) map.repair();
      return { map, [Symbol.asyncDispose]: () => close(map) };
    })
    .catch(async (err: unknown) => {
      await unsubscribe();
      throw err;
    });
  if (opened === null) await unsubscribe();
  return opened;
}
