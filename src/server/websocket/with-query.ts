/**
 * graphql-ws closes the socket of a client that sends the id of an operation and no text: an empty one is put there. Gives any
 * other message back as it is, for graphql-ws to answer.
 */
export function withQuery(message: string): string {
  if (!message.includes('"persistedQuery"')) return message;
  try {
    const { payload, ...rest } = JSON.parse(message);
    const lacksText = rest.type === 'subscribe' && payload?.extensions?.persistedQuery != null && payload.query == null;
    return lacksText ? JSON.stringify({ ...rest, payload: { ...payload, query: '' } }) : message;
  } catch {
    // No JSON, or nested so deeply that it can be read but not written.
    return message;
  }
}
