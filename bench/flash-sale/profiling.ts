import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

/** In the process that is profiled. */
const session = new Session();

/** What a profiled child process does when asked. */
export const profiling = {
  async startProfile(): Promise<void> {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  },

  /** Writes what was seen since the start, as `node --cpu-prof` does. */
  async stopProfile(path: string): Promise<void> {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    await writeFile(path, JSON.stringify(profile));
  },
};
