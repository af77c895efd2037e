import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import type { Session } from '../../src/store/engine/database.ts';
import { LocalServer } from '../support/local-server.ts';
import type { Handled } from './handled.ts';

const script = fileURLToPath(new URL('./consumer-process.ts', import.meta.url));
const source = fileURLToPath(new URL('../../src', import.meta.url));
const tsx = import.meta.resolve('tsx');

export interface ConsumerProcessSettings {
  readonly node: string;
  readonly consumer: string;
  readonly databaseUrl: string;
  /** Folder of the modules under test, and their file extension. */
  readonly program: string;
  readonly extension: 'ts' | 'js';
  readonly seed: number;
  /** Average duration of a batch, and how often it fails, or the process dies. */
  readonly takesMs: number;
  readonly failsAt: number;
  readonly diesAt: number;
  readonly leaseMs?: number;
}

type Given = Pick<ConsumerProcessSettings, 'node' | 'databaseUrl'> & Partial<ConsumerProcessSettings>;

/** A process that runs a consumer and records its work in the store. It is restarted when it dies by itself. */
export async function startConsumerNode(given: Given): Promise<LocalServer> {
  const settings: ConsumerProcessSettings = {
    ...{ consumer: 'tried', program: source, extension: 'ts', seed: 1, takesMs: 0, failsAt: 0, diesAt: 0 },
    ...given,
  };
  const command = [process.execPath, '--import', tsx, script, JSON.stringify(settings)];
  const again = 'until "$@"; do :; done';
  const server = new LocalServer(
    {
      path: settings.diesAt > 0 ? '/bin/bash' : process.execPath,
      args: () => (settings.diesAt > 0 ? ['-c', again, 'bash', ...command] : command.slice(1)),
      readyMessage: 'consuming',
      stopSignal: 'SIGTERM',
      runAs: undefined,
    },
    await mkdtemp(join(tmpdir(), 'holdfast-consumer-')),
  );
  await server.startOnFreePort();
  return server;
}

/** Creates the table. To be called before the first one starts. */
export async function recordHandled(session: Session): Promise<void> {
  await session.rows(sql`
    create table handled (
      id bigint generated always as identity primary key,
      node text not null, event_id uuid not null, first int not null, last int not null, what text not null
    )`);
}

/** Records of these events, or of all, in the order of writing. */
export function readHandled(session: Session, eventIds: readonly string[] | null = null): Promise<Handled[]> {
  return session.rows<Handled>(sql`
    select node, event_id as "eventId", first, last, what from handled
    where ${sql.param(eventIds)}::uuid[] is null or event_id = any(${sql.param(eventIds)}::uuid[])
    order by id`);
}
