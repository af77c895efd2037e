import { EventEmitter, once } from 'node:events';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError, subscribe } from 'graphql';
import { type Logger, pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { unlimited } from '../../src/coordination/in-process/rate-limiter.ts';
import type { GraphqlContext, Requester } from '../../src/graphql/context.ts';
import { typicalLayout } from '../../src/graphql/cost/field-costs.ts';
import { Judge } from '../../src/graphql/cost/judge.ts';
import { withBackpressure } from '../../src/graphql/shared-subscriptions/with-backpressure.ts';
import { type Identity, openIdentity } from '../../src/identity/identity.ts';
import { openServer, type Server, type ServerOptions } from '../../src/server/server.ts';
import { TrustedOperations } from '../../src/server/trusted-operations.ts';

const typeDefs = `
  scalar Text
  type Query {
    hello: String!
    caller: String!
    length(of: String!): Int!
    size(of: Text!): Int!
    text(length: Int!): String!
    fault: String
    deepFault: Outer
    wrong: Int
    notObject: Outer
    refusal: String
    outage: String
    slow: String!
  }
  type Outer { inner: String! }
  type Mutation { add(by: Int!): Int! }
  type Subscription {
    count(to: Int!): Int!
    forever: Int!
    fault(after: Int!): Int!
    never: Int!
  }
`;

export const secretText = 'password=hunter2';

/** A server with a schema for these tests, and its controls. */
export interface Stage extends AsyncDisposable {
  readonly server: Server;
  readonly identity: Identity;
  readonly logs: LogLine[];
  /** Blocks the field `slow`. */
  readonly gate: { open(): void; readonly waiting: number };
  /** Number of running source iterators of subscriptions. */
  readonly running: () => number;
  /** Number of values that subscriptions have produced. */
  readonly emitted: () => number;
  readonly unready: string[];
  readonly contexts: () => number;
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly errorId?: string;
  readonly err?: { readonly message: string };
}

interface StageOptions extends Partial<Omit<ServerOptions, 'http' | 'websockets' | 'identity'>> {
  readonly websockets?: Partial<ServerOptions['websockets']>;
  readonly http?: Partial<ServerOptions['http']>;
  readonly identity?: Identity;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { logger, lines } = recordLogs();
  const gates = new EventEmitter().setMaxListeners(0);
  const state = { running: 0, emitted: 0, contexts: 0, unready: [] as string[], total: 0 };
  const identity = options.identity ?? openIdentity({ secret: 's'.repeat(32), jwksUrl: null, guestTokenSeconds: 60 });

  async function* source(emit: () => AsyncIterable<number>) {
    state.running += 1;
    try {
      for await (const value of emit()) {
        state.emitted += 1;
        yield value;
      }
    } finally {
      state.running -= 1;
    }
  }
  const resolve = (value: number) => value;
  const resolvers = {
    Query: {
      hello: () => 'world',
      caller: (_: unknown, _args: unknown, { viewer, clientAddress }: Requester) => `${viewer?.id} at ${clientAddress}`,
      length: (_: unknown, { of }: { of: string }) => of.length,
      size: (_: unknown, { of }: { of: string }) => of.length,
      text: (_: unknown, { length }: { length: number }) => 'x'.repeat(length),
      fault: () => {
        throw new Error(secretText);
      },
      deepFault: () => ({ inner: Promise.reject(new Error(secretText)) }),
      wrong: () => secretText,
      notObject: () => secretText,
      refusal: () => {
        throw new GraphQLError('Organizers only', { extensions: { code: 'FORBIDDEN' } });
      },
      outage: () => {
        throw Object.assign(new Error(secretText), { code: 'ECONNREFUSED' });
      },
      slow: async () => {
        await once(gates, 'open');
        return 'at last';
      },
    },
    Mutation: {
      add: (_: unknown, { by }: { by: number }) => {
        state.total += by;
        return state.total;
      },
    },
    Subscription: {
      count: { subscribe: (_: unknown, { to }: { to: number }) => source(() => upTo(to)), resolve },
      forever: { subscribe: () => source(() => upTo(Number.POSITIVE_INFINITY)), resolve },
      fault: { subscribe: (_: unknown, { after }: { after: number }) => source(() => failing(after)), resolve },
      never: {
        subscribe: () => {
          throw new Error(secretText);
        },
      },
    },
  };

  const schema = makeExecutableSchema({ typeDefs, resolvers });
  const server = await openServer({
    production: true,
    introspection: false,
    trustedOperations: new TrustedOperations(new Map(), false),
    admission: {
      maxInFlight: 1_000,
      maxLagMs: 1_000,
      fewInFlight: 0,
      requestWaitMs: () => 0,
      telemetry: new EventEmitter(),
    },
    schema,
    judge: new Judge({ schema, maxCost: 0, layoutSizes: { peek: () => typicalLayout, read: async () => {} } }),
    queryLimiter: unlimited,
    queryCostPerSecond: 0,
    subscribe: async (request) => withBackpressure(await subscribe(request), request.sink),
    findLayout: async () => null,
    paymentNotices: null,
    stripeCapture: null,
    contextFor: (caller) => {
      state.contexts += 1;
      return { ...caller } as unknown as GraphqlContext;
    },
    logger,
    health: () => ({
      ready: state.unready.length === 0,
      level: state.unready.length === 0 ? 'NORMAL' : 'CRITICAL',
      since: new Date(0),
      reasons: state.unready,
    }),
    isUnavailable: (error) => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED',
    ...options,
    http: { ...readConfig({}).http, port: 0, ...options.http },
    websockets: { ...readConfig({}).websockets, ...options.websockets },
    identity,
  });
  return {
    server,
    identity,
    logs: lines,
    gate: {
      open: () => void gates.emit('open'),
      get waiting() {
        return gates.listenerCount('open');
      },
    },
    running: () => state.running,
    emitted: () => state.emitted,
    unready: state.unready,
    contexts: () => state.contexts,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

async function* upTo(to: number) {
  for (let value = 1; value <= to; value++) {
    yield value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* failing(after: number) {
  yield* upTo(after);
  throw new Error(secretText);
}

function recordLogs(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { logger: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }), lines };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: readonly { message: string; path?: unknown; extensions?: Record<string, unknown> }[];
  };
}

/** Sends a POST like a client. */
export async function post(
  { server }: Pick<Stage, 'server'>,
  query: string,
  { headers = {}, variables = {} }: { headers?: Record<string, string>; variables?: Record<string, unknown> } = {},
): Promise<Answer> {
  const response = await fetch(server.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

export async function tokenOf(
  { identity }: Pick<Stage, 'identity'>,
  { sub = 'ann', organizer = false, ttlSeconds = 60 } = {},
): Promise<string> {
  return (await identity.sign({ sub, roles: organizer ? ['ORGANIZER'] : [], ttlSeconds })).token;
}
