import postgres from 'postgres';
import type { AsyncStack } from '../../src/async-stack.ts';
import { decodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import type { HoldfastServer } from '../flash-sale/holdfast-server.ts';
import { callsInForeground, Statements } from '../flash-sale/statements.ts';
import { jwtSecret, tokenFor } from '../tokens.ts';
import { SEATS, SEATS_OF_SMALL, SMALL_EVENTS } from './options.ts';
import type { Values } from './selections.ts';

/** What one operation cost the server. */
export interface Took {
  readonly cpuMs: number;
  readonly bytes: number;
  readonly statements: number;
}

const postgresSettings = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track_utility=off'];

/** A node with default limits, except those of addresses, with a large event and a page of small ones. */
export class MeasuredServer {
  /** Values for arguments of queries. */
  readonly values: Values;
  readonly url: string;
  readonly #organizer: string;
  readonly #child: Child<HoldfastServer>;
  readonly #statements: Statements;

  private constructor(parts: {
    readonly url: string;
    readonly organizer: string;
    readonly child: Child<HoldfastServer>;
    readonly statements: Statements;
    readonly values: Values;
  }) {
    this.url = parts.url;
    this.#organizer = parts.organizer;
    this.#child = parts.child;
    this.#statements = parts.statements;
    this.values = parts.values;
  }

  static async open(resources: AsyncStack): Promise<MeasuredServer> {
    const database = resources.use(await startPostgres(postgresSettings));
    const redis = resources.use(await startRedis());
    const databaseUrl = await database.createDatabase();
    const sql = postgres(database.url('postgres'), { max: 1, onnotice: () => {} });
    resources.defer(() => sql.end());
    const statements = await Statements.open(sql, new URL(databaseUrl).pathname.slice(1));
    const module = new URL('../flash-sale/holdfast-server.ts', import.meta.url);
    const child = resources.use(new Child<HoldfastServer>(module, [], { NODE_ENV: 'production' }));
    const url = await child.ask('open', {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      JWT_SECRET: jwtSecret,
      MAX_CONNECTIONS_PER_ADDRESS: '0',
      QUERY_RATE_LIMIT_PER_MINUTE: '0',
      QUERY_COST_PER_SECOND: '0',
      RATE_LIMIT_PER_MINUTE: '0',
    });
    const organizer = await tokenFor('the organizer', ['ORGANIZER']);
    const eventId = await openEvent(url, organizer, { name: 'Large', seats: SEATS });
    for (let made = 0; made < SMALL_EVENTS; made += 1) {
      await openEvent(url, organizer, { name: `Small ${made}`, seats: SEATS_OF_SMALL });
    }
    return new MeasuredServer({ url, organizer, child, statements, values: valuesFor(eventId) });
  }

  /** Sends a query without a token. Resolves to null if it is refused. */
  async take(query: string): Promise<Took | null> {
    const before = await this.#counts();
    const text = await this.ask(query);
    const after = await this.#counts();
    if (text === null) return null;
    const { counts } = await this.#statements.between(before.statements, after.statements);
    return {
      cpuMs: (after.cpuMicros - before.cpuMicros) / 1_000,
      bytes: text.length,
      statements: callsInForeground(counts),
    };
  }

  /** The answer; null for what is refused. */
  async ask(query: string): Promise<string | null> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    return response.status === 200 ? text : null;
  }

  openEvent(seats: number): Promise<string> {
    return openEvent(this.url, this.#organizer, { name: 'Sale', seats });
  }

  async #counts() {
    return { cpuMicros: await this.#child.ask('cpuMicros'), statements: await this.#statements.snapshot() };
  }
}

function valuesFor(eventId: string): Values {
  const seatId = encodeSeatId(decodeEventId(eventId) ?? '', 0);
  const text = (value: string) => JSON.stringify(value);
  return {
    first: ['1', '20', '100'],
    status: ['AVAILABLE', 'BOOKED'],
    'Query.event.id': [text(eventId)],
    'Query.node.id': [text(eventId), text(seatId)],
    'Event.seat.id': [text(seatId)],
    filter: ['{ search: "small" }', '{ salesStatus: [ON_SALE] }'],
    id: [text(eventId)],
  };
}
