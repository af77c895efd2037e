import type { RawAnswer } from './load-connection.ts';

/** The answer to one viewer. */
export interface Answer {
  /** Position in the prepared requests. */
  readonly request: number;
  /** Type of the result in the schema; code of a top-level error, or a description of a fault. */
  readonly outcome: string;
  /** Id of a reservation or booking. */
  readonly id: string | null;
  /** Its seats, or those that were refused. */
  readonly seatIds: readonly string[];
  /** Milliseconds since 1970. */
  readonly sentAtMs: number;
  readonly tookMs: number;
}

interface Reply {
  readonly data?: Readonly<Record<string, Result | null>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

interface Result {
  readonly __typename: string;
  readonly id?: string;
  readonly seats?: readonly { readonly id: string }[];
  readonly seatIds?: readonly string[];
}

export function answerOf({ at, sentAt, tookMs, status, body }: RawAnswer): Answer {
  const times = { request: at, sentAtMs: performance.timeOrigin + sentAt, tookMs };
  if (status === undefined) return { ...times, outcome: `no answer: ${body}`, id: null, seatIds: [] };
  const { data, errors } = parse(body);
  const [result] = Object.values(data ?? {});
  if (result == null) {
    const [error] = errors ?? [];
    return {
      ...times,
      outcome: error?.extensions?.code ?? `HTTP ${status}: ${body.slice(0, 80)}`,
      id: null,
      seatIds: [],
    };
  }
  const { __typename: outcome, id = null, seats = [], seatIds = seats.map((seat) => seat.id) } = result;
  return { ...times, outcome, id, seatIds };
}

function parse(body: string): Reply {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
