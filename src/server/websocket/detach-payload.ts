import type { SubscribePayload } from 'graphql-ws';

/** Longest message, in characters, that is parsed for it. Subscriptions are hardly longer. */
const maxLength = 10_000;

interface Detached {
  readonly message: string;
  /** Undefined if it is still in the message. */
  readonly payload?: SubscribePayload;
}

/**
 * Removes the payload of an operation from its message, because graphql-ws keeps the message of a subscription while it runs, twice. A
 * message with the id of an operation and no text, for which graphql-ws would close the socket, gets an empty text. Other messages
 * are unchanged.
 */
export function detachPayload(message: string): Detached {
  const mayBeSubscription = message.length <= maxLength && message.includes('subscription');
  if (!mayBeSubscription && !message.includes('"persistedQuery"')) return { message };
  try {
    const { payload, ...rest } = JSON.parse(message);
    if (rest.type !== 'subscribe') return { message };
    if (isPayload(payload)) return { message: JSON.stringify({ ...rest, payload: { query: '' } }), payload };
    const lacksText = payload?.extensions?.persistedQuery != null && payload.query == null;
    return { message: lacksText ? JSON.stringify({ ...rest, payload: { ...payload, query: '' } }) : message };
  } catch {
    // No JSON, or nested too deeply to be serialized again.
    return { message };
  }
}

/** Whether graphql-ws would accept the payload. */
function isPayload(payload: unknown): payload is SubscribePayload {
  if (!isObject(payload)) return false;
  const { query, operationName = null, variables = null, extensions = null } = payload;
  const isNamed = operationName === null || typeof operationName === 'string';
  const isWhole = [variables, extensions].every((part) => part === null || isObject(part));
  return typeof query === 'string' && isNamed && isWhole;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
