import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

/** Of the profiled process. */
const session = new Session();

/** Functions of a profiled child process. */
export const profiling = {
  async startProfile(): Promise<void> {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
  },

  /** Writes the profile since the start, as `node --cpu-prof` does. */
  async stopProfile(path: string): Promise<void> {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    await writeFile(path, JSON.stringify(profile));
  },
};
