/** graphql-ws closes the socket of a client that sends the id of an operation and no text: an empty one is put there. */
export function withQuery(message: string): string {
  if (!message.includes('"persistedQuery"')) return message;
  const parsed = parsedOperation(message);
  if (parsed === null || 'query' in parsed.payload) return message;
  return JSON.stringify({ ...parsed, payload: { ...parsed.payload, query: '' } });
}

/** Null for anything else, which graphql-ws knows how to answer. */
function parsedOperation(message: string): { readonly payload: object } | null {
  try {
    const parsed = JSON.parse(message);
    return parsed?.type === 'subscribe' && typeof parsed.payload === 'object' && parsed.payload !== null
      ? parsed
      : null;
  } catch {
    return null;
  }
}
